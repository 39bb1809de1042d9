import { checkDuplicates } from './duplicates';
import { checkEdges } from './edges';
import { checkExpressions } from './expressions';
import type { Finding, ObjectSet } from './model';
import { checkSelection } from './selection';
import { checkThresholds } from './thresholds';

/** Everything that is wrong with a set of objects as a whole, in a stable order. Pure: no construct, no file. */
export function findings(set: ObjectSet): Finding[] {
  return [
    ...checkDuplicates(set),
    ...checkSelection(set),
    ...checkEdges(set),
    ...checkExpressions(set),
    ...checkThresholds(set),
  ];
}
