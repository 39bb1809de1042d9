import type { Input } from '@pulumi/pulumi';
import type { SovraInstallation, SovraInstallationProps } from '../sovra/installation';

/**
 * Props in which every text, number and flag may be an Output. An installation may be given as its props, so that
 * Outputs can stand in it too.
 */
export type Inputs<T> = T extends SovraInstallation
  ? SovraInstallation | Inputs<SovraInstallationProps>
  : T extends string | number | boolean
    ? Input<T>
    : T extends (...args: never[]) => unknown
      ? T
      : T extends object
        ? { readonly [K in keyof T]: Inputs<T[K]> }
        : T;
