// The program that `pulumi up` runs: the same stack that `make synth` writes, as resources of Pulumi.
import { Config } from '@pulumi/pulumi';
import { Cdk8sApp } from '../lib/pulumi';
import { settingsOf } from './config';
import { stackOutputs } from './outputs';
import { operationsStack } from './stacks';

const settings = settingsOf(new Config());
const operations = new Cdk8sApp('operations', (app) => operationsStack(app, settings));

const { backup, objectives: slos } = operations.construct;

export const { urls, images, schedules, promises, objectives } = operations.summarize((objects) =>
  stackOutputs(objects, backup.promises, slos?.targets),
);
