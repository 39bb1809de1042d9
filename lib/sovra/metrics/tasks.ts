import { type Metric, same } from './metric';

/** What kube-state-metrics 2.18 tells of CronJobs and Jobs. */
export const TASK_METRICS = {
  cronJobCreated: {
    name: same('kube_cronjob_created'),
    type: 'gauge',
    labels: ['cronjob'],
    job: ['kube-state-metrics'],
    help: 'When the CronJob was created (Unix time)',
  },
  cronJobSuspended: {
    name: same('kube_cronjob_spec_suspend'),
    type: 'gauge',
    labels: ['cronjob'],
    job: ['kube-state-metrics'],
    help: '1 when the CronJob is suspended',
  },
  cronJobLastSchedule: {
    name: same('kube_cronjob_status_last_schedule_time'),
    type: 'gauge',
    labels: ['cronjob'],
    job: ['kube-state-metrics'],
    help: 'When the CronJob last started a Job (Unix time)',
  },
  cronJobLastSuccess: {
    name: same('kube_cronjob_status_last_successful_time'),
    type: 'gauge',
    labels: ['cronjob'],
    job: ['kube-state-metrics'],
    help: 'When a Job of the CronJob last succeeded (Unix time)',
  },
  cronJobActive: {
    name: same('kube_cronjob_status_active'),
    type: 'gauge',
    labels: ['cronjob'],
    job: ['kube-state-metrics'],
    help: 'Jobs of the CronJob that run now',
  },
  jobFailed: {
    name: same('kube_job_failed'),
    type: 'gauge',
    labels: ['job_name', 'condition'],
    job: ['kube-state-metrics'],
    help: '1 for `condition="true"` once the Job controller has given the Job up, for whatever reason; absent before',
  },
  jobFailedPods: {
    name: same('kube_job_status_failed'),
    type: 'gauge',
    labels: ['job_name', 'reason'],
    job: ['kube-state-metrics'],
    help: 'Failed pods of a Job, of which one may yet be tried again with success; 1 for the reason once it has given up',
  },
  jobOwner: {
    name: same('kube_job_owner'),
    type: 'gauge',
    labels: ['job_name', 'owner_kind', 'owner_name', 'owner_is_controller'],
    job: ['kube-state-metrics'],
    help: 'Which CronJob a Job belongs to',
  },
  jobStart: {
    name: same('kube_job_status_start_time'),
    type: 'gauge',
    labels: ['job_name'],
    job: ['kube-state-metrics'],
    help: 'When a Job started (Unix time)',
  },
} as const satisfies Record<string, Metric>;
