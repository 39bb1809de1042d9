/** Everything that the API server would refuse although the schema allows it, as far as these kinds of objects go. Pure. */
import type { KubeObject } from '../../../lib/checks/model';
import {
  cronJobProblems,
  policyProblems,
  retentionProblems,
  selectorProblems,
  serviceProblems,
  storageProblems,
} from './kinds-of-objects';
import { annotationProblems, duplicateProblems, labelProblems, nameProblems, sizeProblems } from './names';
import { podProblems } from './pods';

const OF_ONE: readonly ((o: KubeObject) => string[])[] = [
  nameProblems,
  labelProblems,
  annotationProblems,
  sizeProblems,
  podProblems,
  cronJobProblems,
  selectorProblems,
  policyProblems,
  serviceProblems,
  storageProblems,
  retentionProblems,
];

/** What is wrong with a set of objects; empty when nothing is. */
export function problemsOf(objects: readonly KubeObject[]): string[] {
  return [...objects.flatMap((o) => OF_ONE.flatMap((rule) => rule(o))), ...duplicateProblems(objects)];
}
