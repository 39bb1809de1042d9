import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BACKUP_ALERT_NAMES } from '../../lib/backup/backup-alerts';
import { TASK_ALERT_NAMES } from '../../lib/operations/task-alerts';
import { BACKUP_FAULTS, faultTable } from '../jobs/fault-table';

const root = join(__dirname, '..', '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const squeeze = (text: string) => text.replace(/ +/g, ' ').replace(/-{3,}/g, '---');

test('docs/backup-faults.md shows the rows of test/jobs/fault-table.ts', () => {
  expect(squeeze(read('docs/backup-faults.md'))).toContain(squeeze(faultTable()));
});

test('each row is shown by a test: a case of faults.test.ts with its id, or the one that it names', () => {
  const cases = read('test/jobs/faults.test.ts');
  for (const { id, proof } of BACKUP_FAULTS) {
    if (proof) expect(read(proof[0])).toContain(`test('${proof[1]}'`);
    else expect(cases).toMatch(new RegExp(`^  '?${id}'?: `, 'm'));
  }
});

test('every alert of it is one of ours', () => {
  const known: readonly string[] = [...BACKUP_ALERT_NAMES, ...TASK_ALERT_NAMES];
  for (const { alerts } of BACKUP_FAULTS) for (const alert of alerts) expect(known).toContain(alert);
});

test('the guide leads to it, and the pages of the alerts say what a Job without a word may mean', () => {
  for (const page of ['backup-faults', 'backup-figures']) expect(read('docs/guide.md')).toContain(`](${page}.md)`);
  for (const alert of ['BackupStale', 'ScheduledTaskFailed']) {
    const page = read(`docs/runbooks/${alert}.md`);
    expect(page).toMatch(/ended at its deadline without a word: .*`tmp` and `cache`.* is full/);
  }
});
