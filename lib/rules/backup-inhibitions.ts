import type { Inhibition } from './inhibitions';

/** The alerts that every backup has, made of what the repository itself says. */
export const BACKUP_ALERT_NAMES = [
  'BackupStale',
  'BackupMissing',
  'BackupShrank',
  'RecoverySetIncomplete',
  'BackupEvidenceMissing',
  'BackupVerificationLate',
  'RestoreDrillLate',
  'RestoreDrillSlow',
] as const;
export type BackupAlertName = (typeof BACKUP_ALERT_NAMES)[number];

/** What an incomplete recovery set need not say beside an alert that names the copy that is wanting. */
export const BACKUP_INHIBITIONS: readonly Inhibition<BackupAlertName>[] = [
  {
    source: 'BackupStale',
    targets: ['RecoverySetIncomplete'],
    equal: ['namespace'],
    because: 'a set is no newer than its oldest part, and this names the part',
  },
  {
    source: 'BackupMissing',
    targets: ['RecoverySetIncomplete'],
    equal: ['namespace'],
    because: 'without one of its parts there is no set, and this names the part',
  },
];
