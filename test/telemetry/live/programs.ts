/** Lines of text as programs write them, each with the number of its level; 0 is none. */
export const TEXT_LINES: readonly (readonly [line: string, level: number])[] = [
  ['2026-11-30 10:00:00 UTC [31]: [3-1] db=sovra,app=[unknown] WARNING:  x y', 13],
  ['2026-11-30T10:00:00.000Z [ERROR] core: failed to unseal', 17],
  ['E1130 10:00:00.000000       1 file.go:12] klog failed', 17],
  ['2026-11-30T10:00:00.000Z [INFO]  core: an error that is only a word', 9],
  ['2026-11-30T10:00:00.000Z [WARN ] core: x', 13],
  ['I1130 10:00:00.000000       1 file.go:12] info with error in it', 9],
  ['W1130 10:00:00.000000       1 file.go:12] warn', 13],
  ['F1130 10:00:00.000000       1 file.go:12] fatal', 21],
  ['time="2026-11-30T10:00:00Z" level=warning msg="no policies loaded"', 13],
  ['time=2026-11-30T10:00:00.000Z level=ERROR msg="x y" level=info', 17],
  ['ts=2026-11-30T10:00:00Z caller=main.go:123 lvl=dbug-not-known msg="ready"', 0],
  ['t=2026-11-30 lvl=eror msg="a b"', 17],
  ['severity=critical msg="a b"', 21],
  ['2026-11-30 10:00:00.000 UTC [31] ERROR:  deadlock detected', 17],
  ['2026-11-30 10:00:00.000 UTC [31] FATAL:  password authentication failed', 21],
  ['2026-11-30 10:00:00.000 CET [31] PANIC:  could not write', 21],
  ['2026-11-30 10:00:00.000 UTC [31] LOG:  statement: RAISE ERROR:  x', 9],
  ['2026-11-30 10:00:00.000 UTC [31] NOTICE:  relation exists', 9],
  ['ERROR something bad', 17],
  ['WARN something odd', 13],
  ['WARNING: something odd', 13],
  ['[warn] a module said', 13],
  ['2026/11/30 10:00:00 [error] 31#31: *1 upstream timed out', 17],
  ['2026/11/30 10:00:00 [notice] 1#1: start worker processes', 9],
  ['2026-11-30T10:00:00.000Z\tERROR\tserver/x.go:12\tzap console', 17],
  ['2026-11-30T10:00:00.000Z\twarn\tserver/x.go:12\tzap console', 13],
  ['10:00AM ERR zerolog console', 17],
  ['ERRO[0000] logrus tty', 17],
  ['2026-11-30 10:00:00,123 ERROR [main] ch.sovra.Keys - rotate failed', 17],
  ['10:00:00.123 [main] WARN  ch.sovra.Keys - logback', 13],
  ['2026-11-30T10:00:00.000Z  INFO 1 --- [main] ch.sovra.Keys : spring', 9],
  ['[2026-11-30T10:00:00,000][WARN ][o.e.x] [node] elastic', 13],
  ['[2026-11-30 10:00:00 +0000] [1] [ERROR] gunicorn', 17],
  ['[2026-11-30 10:00:00.000][1][warning][config] [file:12] envoy', 13],
  ['2026-11-30 10:00:00,123 INFO: no action. I am (pg-0)', 9],
  ['pg_dump: error: connection to server failed', 17],
  ['Fatal: unable to open config file', 21],
  ['error: the server does not have a resource type', 17],
  ['Error: unknown flag', 17],
  ['panic: boom boom', 21],
  ['fatal error: all goroutines are asleep', 21],
  ['2026/11/30 10:00:00 http: panic serving x: boom', 21],
  ['2026/11/30 10:00:00 http: TLS handshake error: EOF', 0],
  ['Traceback (most recent call last):', 17],
  ['Exception in thread "main" java.lang.RuntimeException: boom', 17],
  ['TypeError: x is not a function', 17],
  ["thread 'main' panicked at src/main.rs:4:5:", 21],
  ['2026-11-30 10:00:00.000 UTC [1] LOG C-0x1: (nodb)/(nouser) login attempt', 9],
  ['The error rate is fine', 0],
  ['Starting with level=error later', 0],
  ['Information about errors', 0],
  ['errors were not found here', 0],
  ['debugging is off here', 0],
  ['INFORMATIONAL text is fine', 9],
  ['a line that has no level ERROR in it', 0],
  ['2026-11-30T10:00:00Z something happened with error', 0],
  ['+ set -e error: x', 0],
  ['2026-11-30T10:00:00.000Z [INFO]  core: vault is unsealed', 9],
  ['2026-11-30T10:00:00.000Z [INFO]  core: post-unseal setup complete', 9],
  ['2026-11-30T10:00:00.000Z [WARN]  core: attempted unseal with standby', 13],
  ['2026-11-30T10:00:00.000Z [ERROR] core: failed to acquire lock: error="context deadline exceeded"', 17],
  [
    '2026-11-30T10:00:00.000Z [INFO]  storage.raft: entering follower state: follower="Node at vault-0 [Follower]" leader-address= leader-id=',
    9,
  ],
  ['2026-11-30T10:00:00.000Z [INFO]  http: TLS handshake error: EOF', 9],
  ['2026-11-30T10:00:00.000Z [INFO]  expiration: revoked lease: lease_id=pki/issue/edge/abc', 9],
  ['2026-11-30T10:00:00.000Z [INFO]  secrets.pki: starting tidy', 9],
  [
    '2026-11-30T10:00:00.000Z [INFO]  core: successful mount: namespace="" path=sys/ type=system version="v1.21.0+builtin.vault"',
    9,
  ],
  ['2026-11-30T10:00:00.000Z [INFO]  core: reloading certificate', 9],
  ['2026-11-30T10:00:00.000Z [INFO]  replication.perf: no primary', 9],
  ['2026-11-30T10:00:00.000Z [INFO]  core.raft: creating new raft TLS config', 9],
  ['2026-11-30T10:00:00.000Z [INFO]  storage.raft: snapshot complete up to: index=124334', 9],
  ['2026-11-30T10:00:00.000Z [INFO]  events: Starting event system', 9],
  ['2026-11-30T10:00:00.000Z [INFO]  proxy environment: http_proxy="" https_proxy="" no_proxy=""', 9],
  ['2026-11-30T10:00:00.000Z [INFO]  incrementing seal generation: generation=1', 9],
  ['2026-11-30T10:00:00.000Z [INFO]  core: Initializing version history cache for core', 9],
  [
    '2026-11-30 10:00:00.000 UTC [31] LOG:  starting PostgreSQL 17.2 (Debian 17.2-1.pgdg120+1) on x86_64-pc-linux-gnu, compiled by gcc (Debian 12.2.0-14) 12.2.0, 64-bit',
    9,
  ],
  ['2026-11-30 10:00:00.000 UTC [31] LOG:  listening on IPv4 address "0.0.0.0", port 5432', 9],
  ['2026-11-30 10:00:00.000 UTC [31] LOG:  listening on IPv6 address "::", port 5432', 9],
  ['2026-11-30 10:00:00.000 UTC [31] LOG:  listening on Unix socket "/var/run/postgresql/.s.PGSQL.5432"', 9],
  ['2026-11-30 10:00:00.000 UTC [31] LOG:  database system was shut down at 2026-11-30 09:59:58 UTC', 9],
  ['2026-11-30 10:00:00.000 UTC [31] LOG:  database system is ready to accept connections', 9],
  ['2026-11-30 10:00:00.000 UTC [31] LOG:  checkpoint starting: time', 9],
  [
    '2026-11-30 10:00:00.000 UTC [31] LOG:  checkpoint complete: wrote 42 buffers (0.3%); 0 WAL file(s) added, 0 removed, 1 recycled; write=4.2 s, sync=0.003 s, total=4.3 s; sync files=12, longest=0.002 s, average=0.001 s; distance=163 kB, estimate=163 kB; lsn=0/1A2B3C8, redo lsn=0/1A2B390',
    9,
  ],
  ['2026-11-30 10:00:00.000 UTC [31] LOG:  automatic vacuum of table "sovra.public.audit_events": index scans: 1', 9],
  ['2026-11-30 10:00:00.000 UTC [31] FATAL:  the database system is starting up', 21],
  ['2026-11-30 10:00:00.000 UTC [31] FATAL:  terminating connection due to administrator command', 21],
  ['2026-11-30 10:00:00.000 UTC [31] WARNING:  there is no transaction in progress', 13],
  ['2026-11-30 10:00:00.000 UTC [31] LOG:  archived write-ahead log file "000000010000000000000042"', 9],
  ['2026-11-30 10:00:00.000 UTC [31] LOG:  could not receive data from client: Connection reset by peer', 9],
  ['2026-11-30 10:00:00.000 UTC [31] LOG:  unexpected EOF on client connection with an open transaction', 9],
  [
    '2026-11-30 10:00:00.000 UTC [31] LOG:  duration: 1042.123 ms  statement: SELECT count(*) FROM audit_events WHERE seq > 100',
    9,
  ],
  ['2026-11-30 10:00:00.000 UTC [31] ERROR:  canceling statement due to user request', 17],
  ['2026-11-30 10:00:00.000 UTC [31] LOG:  received fast shutdown request', 9],
  [
    '2026-11-30 10:00:00.000 UTC [31] LOG:  background worker "logical replication launcher" (PID 42) exited with exit code 1',
    9,
  ],
  ['2026-11-30 10:00:00.000 UTC [31] LOG:  started streaming WAL from primary at 0/3000000 on timeline 1', 9],
  ['2026-11-30 10:00:00.000 UTC [31] LOG:  restartpoint complete', 9],
  ['I1130 10:00:00.000000       1 leaderelection.go:257] attempting to acquire leader lease sovra/operator...', 9],
  ['W1130 10:00:00.000000       1 reflector.go:561] watch of *v1.Secret ended with: too old resource version', 13],
  ['E1130 10:00:00.000000       1 controller.go:142] "Reconciler error" err="timed out waiting" controller="edge"', 17],
  [
    'time=2026-11-30T10:00:00.000Z level=INFO msg="decision logged" decision_id=8f14e45f-ceea-467f-9a36-000000000001',
    9,
  ],
  ['ts=2026-11-30T10:00:00Z caller=main.go:123 level=info msg="ready"', 9],
  [
    '2026/11/30 10:00:00 [error] 31#31: *1 upstream timed out (110: Connection timed out) while reading response header',
    17,
  ],
  ['2026-11-30 10:00:00,123 INFO: no action. I am (pg-0), the leader with the lock', 9],
  ['repository opened (version 2, compression level auto)', 0],
  ['Files:         120 new,     4 changed,  1204 unmodified', 0],
  ['Added to the repository: 12.403 MiB (4.201 MiB stored)', 0],
  ['snapshot 8f14e45f saved', 0],
  ['no errors were found', 0],
  ['Fatal: unable to open config file: Stat: no such file', 21],
  ['+ exec vault server -config=/vault/config', 0],
  ['Starting backup', 0],
  ['Warning: swap is enabled', 13],
  ['npm warn deprecated', 0],
];

/** Nobody reads these, and they are dropped as such lines of JSON are. */
export const DETAILS: readonly string[] = [
  '2026-11-30T10:00:00.000Z [DEBUG] core: dropped',
  '2026-11-30T10:00:00.000Z [TRACE] core: dropped',
  '2026-11-30 10:00:00.000 UTC [31] DEBUG1:  dropped',
  'time="2026-11-30T10:00:00Z" level=debug msg="dropped"',
];

/** What `level` holds, and the number of it. */
export const FIELD_LEVELS: readonly (readonly [level: unknown, number: number])[] = [
  ['info', 9],
  ['NOTICE', 9],
  ['WARN', 13],
  ['warning', 13],
  ['ERROR', 17],
  ['ERROR+2', 17],
  ['dpanic', 21],
  [30, 9],
  ['30', 9],
  [40, 13],
  [50, 17],
  [60, 21],
  // An error to syslog, and the third degree of detail to others.
  [3, 0],
  ['informal', 0],
];

/** Texts of several lines, each of which is to be one record; 0 is no level. */
export const TRACES: readonly (readonly [level: number, lines: string])[] = [
  [
    21,
    `panic: runtime error: index out of range [5] with length 3
[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x4a1b2c]

goroutine 1 [running]:
main.main()
	/src/main.go:12 +0x1d
github.com/sovra/keys.(*Store).Rotate(0xc0000b4000, {0x7f8e40?, 0xc00009a000?})
	/go/pkg/mod/github.com/hashicorp/vault@v1.21.0/core.go:2220 +0x12
k8s.io/apimachinery/pkg/util/runtime.logPanic({0x1, 0x2})
	/go/pkg/mod/k8s.io/apimachinery@v0.36.0-rc.1/pkg/util/runtime/runtime.go:75 +0x85
panic({0x6a1b20?, 0x7f2c40?})
	/usr/local/go/src/runtime/panic.go:770 +0x132
created by net/http.(*Server).Serve in goroutine 1
	/usr/local/go/src/net/http/server.go:3360 +0x485

goroutine 18 [select, 2 minutes]:
database/sql.(*DB).connectionOpener(0xc0001a2000, {0x7f9e40, 0xc0000a0000})
	/usr/local/go/src/database/sql/sql.go:1246 +0x87
exit status 2`,
  ],
  [
    17,
    `2026-11-30 10:00:00,123 ERROR [main] ch.sovra.Keys - rotate failed
java.lang.IllegalStateException: cannot rotate
	at ch.sovra.Keys.rotate(Keys.java:42)
Caused by: java.io.IOException: disk full
	at java.base/java.io.FileOutputStream.write(FileOutputStream.java:1)
	... 12 more`,
  ],
  [
    17,
    `Traceback (most recent call last):
  File "/app/backup.py", line 8, in run
    raise ValueError("bad level")
ValueError: bad level

During handling of the above exception, another exception occurred:`,
  ],
  [
    17,
    `TypeError: x is not a function
    at Object.<anonymous> (/app/server.js:12:11) {
  code: 'ERR_X'
}`,
  ],
  [
    17,
    `2026-11-30 10:00:00.000 UTC [31] ERROR:  duplicate key value violates unique constraint "keys_pkey"
2026-11-30 10:00:00.000 UTC [31] DETAIL:  The other one is older.
2026-11-30 10:00:00.000 UTC [31] HINT:  Use another one.
2026-11-30 10:00:00.000 UTC [31] CONTEXT:  PL/pgSQL function rotate() line 3 at SQL statement
2026-11-30 10:00:00.000 UTC [31] STATEMENT:  INSERT INTO keys (id, name)
	VALUES (7, 1)`,
  ],
  [
    17,
    `E1130 10:00:00.000000       1 runtime.go:142] Observed a panic: "invalid memory address"
goroutine 42 [running]:
main.run({0x1, 0x2})
	/src/main.go:75 +0x85`,
  ],
  [
    17,
    `2026-11-30T10:00:00.000Z [ERROR] core: seal failed: error="1 error occurred:
	* permission denied

"`,
  ],
  [
    0,
    `==> Vault server configuration:

                     Cgo: disabled
              Go Version: go1.26.1`,
  ],
];

/** What is near to what is let through, and the part of it that must not come out. */
export const NEAR_HARMLESS: readonly (readonly [text: string, part: string])[] = [
  ['GET /v1/users/me.qzmith', 'qzmith'],
  ['GET /v1/users/searchqz', 'searchqz'],
  ['GET /v1/users/me-qzmith/keys', 'qzmith'],
  ['GET /v1/users/me%40qzmith', 'qzmith'],
  ['GET /v1/users/me/users/qzalice', 'qzalice'],
  ['GET /v1/users/\u{E000}qzalice', 'qzalice'],
  ['dial 127.0.0.12', '127.0.0.12'],
  ['dial 10.127.0.0.1', '10.127'],
  ['dial 212.127.0.0', '212.127'],
  ['dial 127.0.0.1.qzhost.example', 'qzhost'],
  ['at qzgithub.com/x', 'qzgithub'],
  ['at qz.github.com/x', 'qz.github'],
  ['clone https://qzname:pw@github.com/x', 'qzname'],
  ['clone qzname@github.com/x', 'qzname'],
  ['to qzname@v1.2.3.example/', 'qzname'],
  ['to qzname@v1.2.3', 'qzname'],
  ['addr=0x0.qzhost pc=0x', 'qzhost'],
  ['leader-address= leader-id=qzhost', 'qzhost'],
  ['password=127.0.0.1/qzword', 'qzword'],
  ['password=github.com/qzword', 'qzword'],
  ['GET /v1/keys?,owner=qzname', 'qzname'],
  ['GET /v1/keys?)]}owner', 'owner'],
];
