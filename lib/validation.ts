/**
 * `sovra-ops/validation`: the checks across objects as a validation of `cdk8s synth`, for the manifests of any cdk8s app.
 * Loads neither cdk8s nor its command line.
 *
 * In `cdk8s.yaml`, name the file by a path that begins with `./`: the command line loads that as it is. Any other name it
 * looks for in its own folder of plug-ins, and asks npm for it.
 */
import { excuse } from './checks/exceptions';
import { factOf, judge, type ManifestFinding, unusedException } from './checks/foreign';
import { type ManifestOptions, type ResolvedOptions, resolveOptions } from './checks/foreign-options';

/** What is used of the context that the command line of cdk8s hands to a validation. */
export interface ValidationContext {
  /** Paths of the manifests that were written. */
  readonly manifests: readonly string[];
  /** The documents of one. */
  parseManifest(path: string): readonly unknown[];
  readonly report: {
    addViolation(violation: Violation): void;
    submit(status: 'success' | 'failure', metadata?: Readonly<Record<string, string>>): void;
  };
  readonly logger: { log(message: string): void };
}

/** A violation as cdk8s reports it. */
export interface Violation {
  readonly ruleName: string;
  readonly recommendation: string;
  readonly fix: string;
  readonly violatingResources: readonly {
    readonly resourceName: string;
    readonly locations: readonly string[];
    readonly manifestPath: string;
  }[];
}

/** Where an exception is written down that excuses nothing. */
const CONFIG = 'cdk8s.yaml';

/**
 * The checks as a plug-in of `cdk8s synth`; the `properties` in `cdk8s.yaml` are its options. Every finding becomes a
 * violation, and with one the command fails. What the checks look for, `checkManifests` says.
 *
 * @throws {SovraOpsError} if the options cannot work; a property that does not exist is refused
 */
export class SovraChecks {
  private readonly options: ResolvedOptions;

  constructor(properties: ManifestOptions = {}) {
    this.options = resolveOptions(properties);
  }

  async validate(context: ValidationContext): Promise<void> {
    const documents = context.manifests.flatMap((path) =>
      context.parseManifest(path).map((document) => ({ path, document })),
    );
    const { findings } = judge(
      documents.map((d) => d.document),
      this.options,
    );
    const { left, unused } = excuse(findings, this.options.ignore);
    const violations = [...left, ...unused.map(unusedException)];
    for (const finding of violations)
      context.report.addViolation(
        violation(finding, finding.index === undefined ? CONFIG : (documents[finding.index]?.path ?? '')),
      );
    const excused = findings.length - left.length;
    context.logger.log(
      `sovra-ops: ${documents.length} documents, ${violations.length} violations${excused > 0 ? `, ${excused} excused` : ''}`,
    );
    context.report.submit(violations.length > 0 ? 'failure' : 'success', {
      documents: String(documents.length),
      violations: String(violations.length),
      excused: String(excused),
    });
  }
}

function violation(f: ManifestFinding, manifestPath: string): Violation {
  return {
    ruleName: f.check,
    recommendation: factOf(f),
    fix: f.remedy,
    // cdk8s finds the path of the construct by the name alone.
    violatingResources: [{ resourceName: f.name, locations: [`${f.object}: ${f.property}`], manifestPath }],
  };
}
