/**
 * `sovra-ops/policy`: the checks across objects as policies of Pulumi, for whatever creates Kubernetes objects in a stack.
 * Needs `@pulumi/policy` where they are served; loads nothing of Pulumi itself.
 */
export { POLICY_NAMES, type SovraPolicyOptions, sovraPolicies } from './policies';
