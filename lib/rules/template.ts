/** What a template may call: Go's own functions, and those that Prometheus and Loki add. */
const FUNCTIONS: ReadonlySet<string> = new Set(
  (
    'and or not len index slice print printf println html js urlquery call eq ne lt le gt ge true false nil ' +
    'query first label value strvalue args reReplaceAll match title toUpper toLower stripPort stripDomain safeHtml ' +
    'graphLink tableLink sortByLabel externalURL pathPrefix humanize humanize1024 humanizeDuration humanizePercentage ' +
    'humanizeTimestamp toTime toDuration now parseDuration urlQueryEscape'
  ).split(' '),
);
/** What Prometheus sets before the text of an alert. */
const VARIABLES = ['$', '$labels', '$externalLabels', '$externalURL', '$value'];
const OPENING: readonly string[] = ['if', 'range', 'with', 'define', 'block'];

const QUOTED = '"(?:[^"\\\\\\n]|\\\\.)*"|`[^`]*`|\'(?:[^\'\\\\\\n]|\\\\.)*\'';
const ACTION = new RegExp(`\\{\\{(?:- )?((?:${QUOTED}|/\\*[^]*?\\*/|(?!\\}\\})[^"'\`])*?)(?: -)?\\}\\}`, 'y');
const TOKEN = new RegExp(`${QUOTED}|\\$\\w*|\\.[\\w.]*|[A-Za-z_]\\w*|[-+]?\\d[\\w.]*|:=|[=|(),]|\\s+`, 'y');

/**
 * Why Prometheus would not read a text of an alert, or undefined if it would. One that it cannot read takes every rule of
 * its object with it: the operator leaves the whole object out, without a word to whoever applied it.
 */
export function templateProblem(text: string): string | undefined {
  const known = new Set(VARIABLES);
  const open: string[] = [];
  for (let at = text.indexOf('{{'); at >= 0; at = text.indexOf('{{', ACTION.lastIndex)) {
    ACTION.lastIndex = at;
    const found = ACTION.exec(text);
    if (found === null) return `"${text.slice(at, at + 20)}" is not closed by "}}"`;
    const problem = actionProblem(found[1] ?? '', known, open);
    if (problem !== undefined) return `${problem} in "${found[0]}"`;
  }
  return open.length > 0 ? `"{{ ${open.at(-1)} }}" has no "{{ end }}"` : undefined;
}

function actionProblem(action: string, known: Set<string>, open: string[]): string | undefined {
  if (/^\s*\/\*/.test(action)) return undefined;
  const tokens = tokensOf(action);
  if (tokens === undefined) return 'a character that means nothing there';
  const [keyword = '', ...rest] = tokens;
  if (keyword === '') return 'nothing';
  if (keyword === 'end') return open.pop() === undefined ? 'no beginning to this end' : undefined;
  if (keyword === 'else' && open.length === 0) return 'no beginning to this else';
  if (OPENING.includes(keyword)) {
    if (rest.length === 0) return `nothing after "${keyword}"`;
    open.push(keyword);
  }
  const isKeyword = ['else', 'template', 'break', 'continue', ...OPENING].includes(keyword);
  const after = keyword === 'else' && ['if', 'with'].includes(rest[0] ?? '') ? rest.slice(1) : rest;
  const words = isKeyword ? after : tokens;
  const set = words.indexOf(':=');
  for (const variable of words.slice(0, Math.max(set, 0))) if (variable.startsWith('$')) known.add(variable);
  const unknown = words.find(
    (w) => (/^[A-Za-z_]/.test(w) && !FUNCTIONS.has(w)) || (w.startsWith('$') && !known.has(w)),
  );
  return unknown && `${unknown.startsWith('$') ? 'a variable' : 'a function'} that there is not, ${unknown},`;
}

function tokensOf(action: string): string[] | undefined {
  const tokens: string[] = [];
  for (let at = 0; at < action.length; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at;
    const [token] = TOKEN.exec(action) ?? [];
    if (token === undefined) return undefined;
    if (token.trim() !== '') tokens.push(token);
  }
  return tokens;
}
