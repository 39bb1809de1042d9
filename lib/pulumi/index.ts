/**
 * `sovra-ops/pulumi`: the constructs as component resources of Pulumi, whose props may hold Outputs, and a component for
 * any other cdk8s chart. Needs `@pulumi/pulumi`; the objects are created by the provider of `@pulumi/kubernetes`.
 */
export { type ComponentOptions, KubernetesObject, type ObjectDescription, ObjectsComponent } from './component';
export {
  Cdk8sApp,
  GrafanaDashboards,
  // The name of the construct; in URNs it keeps its first one.
  GrafanaDashboards as SovraDashboards,
  ScheduledTask,
  SovraAlerts,
  SovraBackupSchedule,
  SovraLogging,
  SovraMonitoring,
  SovraOnCall,
  SovraRestore,
  SovraReviews,
  SovraScheduledTasks,
  SovraSlos,
  SovraTracing,
  SovraUpgradeGate,
} from './constructs';
export type { Inputs } from './inputs';
export { carry } from './plan';
