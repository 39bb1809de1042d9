import { diagnose } from '../doctor/diagnose';
import { expectedOf } from '../doctor/expected';
import { dialectOf } from '../doctor/questions';
import { report } from '../doctor/report';
import type { MetricDialect } from '../sovra/metrics';
import type { Outcome } from './command';
import { examine } from './doctor-examine';
import type { Access } from './doctor-http';
import { manifestsIn } from './doctor-manifests';

export interface DoctorQuestion {
  /** Folder or file of manifests. */
  readonly path: string;
  readonly json: boolean;
  /** @default the one whose names the manifests use */
  readonly dialect?: MetricDialect;
  readonly access: Access;
}

/** Holds what a Prometheus says against the manifests. @throws {Error} if either cannot be read */
export async function runDoctor({ path, json, dialect: given, access }: DoctorQuestion): Promise<Outcome> {
  const expected = expectedOf(manifestsIn(path));
  if (expected.viewers.length === 0)
    throw new Error(
      `${path} holds no PrometheusRule and no dashboard. Synthesize first (make synth), or name another.`,
    );
  const dialect = given ?? dialectOf(expected);
  const diagnosis = diagnose(expected, await examine(access, expected, dialect), dialect);
  const out = json ? `${JSON.stringify(diagnosis, null, 2)}\n` : report(diagnosis);
  return { code: diagnosis.well ? 0 : 1, out, err: '' };
}
