/** The head of a line as containerd and CRI-O write it: time, stream, and whether the line ends here (F) or goes on (P). */
const HEAD = '^[^ ]+ std(?:out|err) .';

/**
 * How a line begins that goes on with the text before it. A line of one word may be a piece of a key, and is never left
 * alone. What may as well be the first line of something else is not here: `TypeError: x` ends a trace of Python, and
 * begins one of Node.
 */
const GOES_ON: readonly string[] = [
  // Indented, or one word.
  String.raw`[ \t]`,
  '[^ ]*$',
  '-----END',
  // Go: names of functions with their arguments, which are addresses.
  'goroutine |created by |runtime stack:|exit status ',
  String.raw`\[signal |[^ ]+\([{(]*(?:0x|\.\.\.)`,
  // Java. A class is named in whole.
  String.raw`Caused by|(?:[a-z]\w*\.)+[A-Z][\w$]*(?:Error|Exception|Throwable)(?:: |$)`,
  // Python: what its own errors are called, as far as those of Node are not.
  'During handling of the above|The above exception was',
  `(?:${['Value', 'Key', 'Index', 'Lookup', 'Attribute', 'Name', 'Runtime', 'Recursion', 'NotImplemented', 'OS', 'IO', 'EOF'].join('|')}|${['FileNotFound', 'Permission', 'Connection(?:Refused|Reset|Aborted)?', 'BrokenPipe', 'Timeout', 'Import', 'ModuleNotFound', 'Memory', 'Overflow', 'ZeroDivision', 'Unicode[A-Z][a-z]+'].join('|')})Error: `,
];
/** PostgreSQL says more about a line in lines of their own, with the same time in front. */
const SAYS_MORE = ' (?:[0-9][^"]*? )?(?:DETAIL|HINT|CONTEXT|STATEMENT|QUERY|LOCATION|BACKTRACE):  ';

/** The collector reads `$$` as `$`. */
const quoted = (pattern: string) => `'${pattern.replace(/\\/g, '\\\\').replace(/'/g, "\\'").replace(/\$/g, '$$$$')}'`;

/** In the language of the receiver: whether a line of text begins something. White space at its end is gone by then. */
export const BEGINS_TEXT = `not (body matches ${quoted(`${HEAD}(?:$| (?:${GOES_ON.join('|')}))`)} or (body contains ':  ' and body matches ${quoted(`${HEAD}${SAYS_MORE}`)}))`;
