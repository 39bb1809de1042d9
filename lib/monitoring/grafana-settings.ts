import type { Checker, Rule } from '../validate';

/** Where the files of the admin Secret are mounted. */
export const ADMIN_PATH = '/etc/grafana-admin';
/** Where the dashboards are mounted. */
export const DASHBOARDS_PATH = '/etc/grafana/dashboards';

/**
 * Settings by the names of Grafana's environment variables. What is here rather than left to Grafana is what an isolated
 * site forbids (asking the internet), what nobody should be able to do without an account, and what a file system that
 * cannot be written to needs.
 */
const ALWAYS: Readonly<Record<string, string>> = {
  // Nothing is reported, asked or fetched from outside.
  GF_ANALYTICS_REPORTING_ENABLED: 'false',
  GF_ANALYTICS_CHECK_FOR_UPDATES: 'false',
  GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES: 'false',
  GF_ANALYTICS_FEEDBACK_LINKS_ENABLED: 'false',
  GF_NEWS_NEWS_FEED_ENABLED: 'false',
  GF_SECURITY_DISABLE_GRAVATAR: 'true',
  GF_SNAPSHOTS_EXTERNAL_ENABLED: 'false',
  GF_CLOUD_MIGRATION_ENABLED: 'false',
  // Since version 11, Grafana downloads apps at each start unless both are off.
  GF_PLUGINS_PREINSTALL_DISABLED: 'true',
  GF_PLUGINS_PREINSTALL_AUTO_UPDATE: 'false',
  GF_PLUGINS_PLUGIN_ADMIN_ENABLED: 'false',
  GF_PLUGINS_PUBLIC_KEY_RETRIEVAL_DISABLED: 'true',
  // Nobody gets in without an account, and nobody makes one for himself.
  GF_AUTH_ANONYMOUS_ENABLED: 'false',
  GF_USERS_ALLOW_SIGN_UP: 'false',
  GF_USERS_ALLOW_ORG_CREATE: 'false',
  GF_PUBLIC_DASHBOARDS_ENABLED: 'false',
  GF_SECURITY_CONTENT_SECURITY_POLICY: 'true',
  GF_SECURITY_X_CONTENT_TYPE_OPTIONS: 'true',
  // Not "strict": whoever follows a link from a page or a chat would have to sign in again, at night.
  GF_SECURITY_COOKIE_SAMESITE: 'lax',
  // Logs go to standard output, as those of Sovra do; the file would not be writable.
  GF_LOG_MODE: 'console',
  GF_LOG_CONSOLE_FORMAT: 'json',
  // The image's entry point reads these files, so that no credential stands in the pod's environment.
  GF_SECURITY_ADMIN_USER__FILE: `${ADMIN_PATH}/user`,
  GF_SECURITY_ADMIN_PASSWORD__FILE: `${ADMIN_PATH}/password`,
  GF_SECURITY_SECRET_KEY__FILE: `${ADMIN_PATH}/secret-key`,
};

export interface SettingsInput {
  readonly rootUrl?: string;
  readonly dashboards: boolean;
  readonly more?: Readonly<Record<string, string>>;
}

/** The environment of Grafana, sorted by name. */
export function environment({ rootUrl, dashboards, more }: SettingsInput): { name: string; value: string }[] {
  const all = {
    ...ALWAYS,
    ...(dashboards && { GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH: `${DASHBOARDS_PATH}/sovra-overview.json` }),
    ...(rootUrl !== undefined && { GF_SERVER_ROOT_URL: rootUrl }),
    // Over plain HTTP, as by `kubectl port-forward`, a browser would not send such a cookie back.
    ...(rootUrl?.startsWith('https:') && {
      GF_SECURITY_COOKIE_SECURE: 'true',
      GF_SECURITY_STRICT_TRANSPORT_SECURITY: 'true',
    }),
    ...more,
  };
  return Object.entries(all)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => ({ name, value }));
}

/** What this construct decides: by a property of its own, or because it mounts what stands behind it. */
const OWN: Readonly<Record<string, string>> = {
  GF_SECURITY_ADMIN_USER: 'adminSecret',
  GF_SECURITY_ADMIN_PASSWORD: 'adminSecret',
  GF_SECURITY_SECRET_KEY: 'adminSecret',
  GF_SERVER_ROOT_URL: 'rootUrl',
};
const FIXED = ['GF_SERVER_HTTP_PORT', 'GF_PATHS_DATA', 'GF_PATHS_PROVISIONING'];
const CREDENTIAL = /(PASSWORD|SECRET|TOKEN|(SECRET|PRIVATE|ACCESS|ACCOUNT|ENCRYPTION|WRITE)_KEY|CONNSTR)$/;

const variable: Rule = (name) =>
  /^GF_[A-Z0-9_]+$/.test(name)
    ? undefined
    : {
        allowed: 'names of the form GF_SECTION_KEY in capitals',
        remedy: 'Grafana documents each setting with the name of its environment variable.',
      };

const own: Rule = (name) => {
  const base = name.replace(/__FILE$/, '');
  if (FIXED.includes(base))
    return {
      allowed: 'settings that this construct does not decide itself',
      remedy: 'Leave it out: the pod is built around its value.',
    };
  const property = OWN[base];
  return property === undefined
    ? undefined
    : { allowed: 'settings that have no property of their own', remedy: `Use the property \`${property}\`.` };
};

const noCredential: Rule = (name) =>
  CREDENTIAL.test(name)
    ? {
        allowed: 'settings that are no credentials: they would stand in the manifest',
        remedy: `Mount a Secret and name its file: ${name}__FILE.`,
      }
    : undefined;

/** Holds settings of a user against what may be set. Values are not printed: one of them may be a password. */
export function checkSettings(c: Checker, at: string, settings: Readonly<Record<string, string>> | undefined): Checker {
  for (const [name, value] of Object.entries(c.part(at, settings) ?? {})) {
    const property = `${at}.${name}`;
    c.value(property, name, variable).value(property, name, own).value(property, name, noCredential);
    c.require(typeof value === 'string', {
      property,
      given: typeof value,
      allowed: 'a text, also for numbers and booleans',
      remedy: 'Put it in quotes.',
    });
    c.require(!/:\/\/[^/@\s]+@/.test(String(value)), {
      property,
      given: 'a URL with a user name or password',
      allowed: 'a URL without credentials: it would stand in the manifest',
      remedy: `Mount a Secret and name its file: ${name}__FILE.`,
    });
  }
  return c;
}
