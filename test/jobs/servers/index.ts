export { Authority, type Certificate } from './certificates';
export type { NetworkFault, SeenRequest } from './fault-proxy';
export { Postgres, type PostgresOptions, type Role } from './postgres';
export type { FillOptions } from './postgres-data';
export type { DatabaseFingerprint } from './postgres-fingerprint';
export { RestServer, type RestServerOptions } from './rest';
export { type Account, S3Store, type S3StoreOptions } from './s3';
export { SftpServer } from './sftp';
export { Vault, type VaultOptions } from './vault';
