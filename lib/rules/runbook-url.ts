/** Where the runbooks of this project are published. */
export const DEFAULT_RUNBOOK_BASE_URL = 'https://github.com/sovra-ops/sovra-ops/blob/main/docs/runbooks';

/** The page of an alert, below a base without a slash at its end. */
export function runbookUrl(name: string, base: string = DEFAULT_RUNBOOK_BASE_URL): string {
  return `${base}/${name}.md`;
}
