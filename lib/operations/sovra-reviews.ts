import type { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import type { Move } from '../schedule/apart';
import type { ControlPlane } from '../sovra/installation';
import { Checker, known, type Rule, text } from '../validate';
import { type CapacityReportProps, capacityTask } from './capacity-report';
import { type CveScanProps, checkCveScan, cveTask, imageListObject } from './cve-scan';
import { type Findings, REVIEW_IDS, type ReviewProps, reviewTask, type SinceFormat } from './reviews';
import type { ScheduledTask } from './scheduled-task';
import { checkCommand, checkCommands } from './sovra-cli';
import type { TaskDescription } from './task';
import type { TaskAlertRules } from './task-alert-rules';
import { checkTaskSet, checkTuning, makeTasks, type PlannedTask, type TaskSetProps } from './task-set';

export interface SovraReviewsProps extends TaskSetProps {
  /** False leaves it out. @default daily at 07:00: sovra-cli audit query --since "24 hours ago" --result error (guide: "Audit Review") */
  readonly failedOperations?: ReviewProps | false;
  /** False leaves it out. @default daily at 07:15: sovra-cli audit query --event-type policy.violation (guide: "Audit Review") */
  readonly policyViolations?: ReviewProps | false;
  /** False leaves it out. @default daily at 07:30: sovra-cli cert list --expiring 30d (guide: "Certificate Status") */
  readonly certificateStatus?: ReviewProps | false;
  /** False leaves it out. @default Mondays at 07:45: sovra-cli audit query --since "7 days ago" --event-type auth.* (guide: "Security Review") */
  readonly securityReview?: ReviewProps | false;
  /** False leaves it out. @default Mondays at 08:00: sovra-cli policy validate --all (guide: "Security Review") */
  readonly policyValidation?: ReviewProps | false;
  /** False leaves it out. @default on the first of each month at 08:15: sovra-cli version check (guide: "Security Patching") */
  readonly versionCheck?: ReviewProps | false;
  /** False leaves it out. @default on the first of each month at 08:30 (guide: "Capacity Planning") */
  readonly capacityReport?: CapacityReportProps | false;
  /** False leaves it out. @default on the first of each month at 02:30 (guide: "Security Patching") */
  readonly cveScan?: CveScanProps | false;
  /** How queries of the audit log are told from when on. @default 'words', as in the guide; release 2026.3 wants 'rfc3339' */
  readonly since?: SinceFormat;
}

const NAME = 'sovra-reviews';

/**
 * The guide's daily, weekly and monthly looks that are no maintenance: what failed, who was refused, what expires, who
 * logged in, whether policies compile, how much room is left, what is to be patched. Each is a task with its alerts; what it
 * found is in the log of its Job, of which the newest three stay.
 *
 * The commands are those of the guide; a release that lacks one needs another `command`, or `false` for the task. Prometheus
 * has to let the capacity report in: `queriedBy: [capacityReportPods(namespace)]`.
 *
 * @throws {SovraOpsError} listing every property that cannot work
 */
export class SovraReviews extends Construct {
  readonly scheduledTasks: readonly ScheduledTask[];
  /** Hand them to `apartFrom` of other sets. */
  readonly tasks: readonly TaskDescription[];
  /** Tasks that do not run at the time that they were meant for, because another one uses the same thing then. */
  readonly moves: readonly Move[];
  readonly alertRules: TaskAlertRules;
  /** The list of images that the scan reads; undefined without it. */
  readonly imageList?: ApiObject;

  constructor(scope: Construct, id: string, props: SovraReviewsProps) {
    super(scope, id);
    const api = check(this, props);
    const made = makeTasks(this, NAME, plan(props, api), props);
    this.scheduledTasks = made.scheduledTasks;
    this.tasks = made.tasks;
    this.moves = made.moves;
    this.alertRules = made.alertRules;
    if (props.cveScan !== false) this.imageList = imageListObject(this, api.namespace, props.cveScan?.moreImages ?? []);
  }
}

/** Whatever was not left out, the daily ones first: they keep their times. */
function plan(props: SovraReviewsProps, api: ControlPlane): PlannedTask[] {
  const { sovra, capacityReport: capacity, cveScan: cve } = props;
  return [
    ...REVIEW_IDS.flatMap((id) => {
      const review = props[id];
      return review === false ? [] : [reviewTask(id, sovra, api, review ?? {}, props.since ?? 'words')];
    }),
    ...(capacity === false ? [] : [capacityTask(sovra, api, capacity ?? {}, props.prometheus)]),
    ...(cve === false ? [] : [cveTask(sovra, api, cve ?? {})]),
  ];
}

const oneOf = (...words: readonly string[]): Rule =>
  known((v) =>
    words.includes(v)
      ? undefined
      : { allowed: words.map((w) => `"${w}"`).join(' or '), remedy: 'Write one of them, or leave it out.' },
  );
const FINDINGS: readonly Findings[] = ['log', 'fail'];

function check(construct: Construct, props: SovraReviewsProps): ControlPlane {
  const c = new Checker(construct.node.path).props(props);
  const all = [...REVIEW_IDS.map((id) => props[id]), props.capacityReport, props.cveScan];
  checkTaskSet(c, props, all.filter((t) => t !== false).length);
  const api = props.sovra?.controlPlane;
  c.require(api !== undefined, {
    property: 'sovra.controlPlane',
    given: false,
    allowed: 'a description with a control plane: these tasks talk to its API',
    remedy: 'Leave this construct out in a cluster that holds only edge nodes.',
  });
  c.value<string>('since', props.since, oneOf('words', 'rfc3339'));
  for (const id of REVIEW_IDS) {
    const review = props[id];
    if (review === false) continue;
    checkTuning(c, id, review);
    checkCommand(c, `${id}.command`, review?.command);
    c.value<string>(`${id}.findings`, review?.findings, oneOf(...FINDINGS));
  }
  if (props.capacityReport !== false) checkCapacity(c, props.capacityReport);
  if (props.cveScan !== false) {
    checkTuning(c, 'cveScan', props.cveScan);
    c.value<string>('cveScan.findings', props.cveScan?.findings, oneOf(...FINDINGS));
    checkCveScan(c, 'cveScan', props.cveScan);
  }
  c.done();
  return api as ControlPlane;
}

function checkCapacity(c: Checker, capacity: CapacityReportProps | undefined): void {
  checkTuning(c, 'capacityReport', capacity);
  checkCommands(c, 'capacityReport.commands', capacity?.commands);
  for (const [title, expr] of Object.entries(c.part('capacityReport.questions', capacity?.questions) ?? {})) {
    const at = `capacityReport.questions[${JSON.stringify(title)}]`;
    c.item(at, title, text).item(at, expr, text);
  }
  const { commands } = capacity ?? {};
  c.require(typeof commands !== 'object' || commands === null || !('forecast' in commands), {
    property: 'capacityReport.commands["forecast"]',
    given: 'forecast',
    allowed: 'another name: the container that asks Prometheus has this one',
    remedy: 'Rename it.',
  });
}
