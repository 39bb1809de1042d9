import { literal } from './ottl';

/**
 * Levels as they are written, to the numbers and names of OpenTelemetry; the most frequent one first. Whole words without
 * regard to capitals, also with the steps of slog behind them (`ERROR+2`). The tens are those of pino and bunyan. Smaller
 * numbers are left alone: 3 is an error to syslog, and the third degree of detail to others.
 */
const LEVELS: readonly (readonly [number: number, name: string, forms: string])[] = [
  [9, 'INFO', 'i|info|information|informational|inf|notice|note|log|3[0-9]'],
  [13, 'WARN', 'w|warn|warning|wrn|4[0-9]'],
  [17, 'ERROR', 'e|err|error|erro|eror|severe|exception|throwable|traceback|5[0-9]'],
  [5, 'DEBUG', 'd|debug|dbg|debu|debug[1-5]|2[0-9]'],
  [1, 'TRACE', 'trace|trc|trac|1[0-9]'],
  [21, 'FATAL', 'f|fatal|ftl|fata|panic|pani|panicked|dpanic|critical|crit|alert|emergency|emerg|6[0-9]'],
];

/** A statement for each level that sets its number where `level` says so. */
const numbers = (level: string): string[] =>
  LEVELS.map(
    ([number, , forms]) =>
      `set(log.severity_number, ${number}) where log.severity_number == 0 and IsMatch(${level}, ${literal(`(?i)^(?:${forms})(?:[+-][0-9]{1,2})?$`)})`,
  );

/** Of a line that was read into fields: what its level is called stays. */
export const levelOfFields = (level: string): string[] => [
  ...numbers(level),
  `set(log.severity_text, ConvertCase(String(${level}), "upper")) where log.severity_number > 0`,
];

/** The words by themselves; a letter or a number alone is too little at the head of a text. */
const WORDS = LEVELS.flatMap(([, , forms]) => forms.split('|').filter((f) => /^[a-z]{2}/.test(f))).join('|');
const ANY = `(?P<level>(?i:${WORDS}))`;
/**
 * What programs write before the level: time and zone, number of the process, thread or file in brackets. Where one part
 * ends is certain: Go takes thirty times as long if it has to try.
 */
const TIME = String.raw`[0-9][0-9TZ:.,/+-]*(?:AM|PM)?(?: [A-Z]{3,4}\b)?`;
const BEFORE = String.raw`(?:(?:${TIME}|[+-][0-9]{4}|-{1,3})[ \t]+|\[[^\]\n]*\]:?[ \t]*){0,6}?`;

/**
 * Where the level stands in a text, and nowhere but at its head: a word further on may be about anything. Each finds one
 * word for the table above. The first one that finds something is taken.
 */
export const TEXT_LEVELS: readonly string[] = [
  // hclog (Vault), nginx, log4j: "[ERROR]", "[warn]".
  String.raw`^${BEFORE}\[ ?${ANY} *\]`,
  // In capitals by itself: PostgreSQL, logback, Python, zerolog, logrus ("ERRO[0000]").
  String.raw`^${BEFORE}(?P<level>${WORDS.toUpperCase()})(?:[ \t:|\[]|$)`,
  // In any letters with a sign behind it: "error: ", "panic: ", and the console of zap.
  String.raw`^${BEFORE}${ANY}(?:: |\t| ?\|)`,
  // klog.
  String.raw`^(?P<level>[IWEF])[0-9]{4} [0-9:.]+ +[0-9]+ [^ \]\n]+\]`,
  // logfmt.
  String.raw`^(?:${TIME} )?(?:[\w.@/-]+=(?:"[^"\n]*"|[^\s"]*) +){0,10}?(?:level|lvl|severity)="?(?P<level>\w+)`,
  // PostgreSQL with names of users and databases before the level.
  String.raw`^[0-9]{4}-[0-9]{2}-[0-9]{2} (?:(?:[A-Z]{3,4}|\S*[=@\[\]0-9]\S*) +){0,10}?(?P<level>${WORDS.toUpperCase()}|DEBUG[1-5]):  `,
  // Behind the name of the program: "pg_dump: error: ".
  String.raw`^[\w./-]{1,40}(?:\[[0-9]+\])?(?::[^\s:]+)*: ${ANY}: `,
  // The ends of programs in Go, Python, Java, Node and Rust.
  String.raw`^(?:thread '[^'\n]*'(?: \([0-9]+\))? |(?:${TIME} )*http: |(?:[\w$]+\.)*[A-Z]\w*)?(?P<level>panic|panicked|fatal|Traceback|Error|Exception|Throwable)(?: serving\b| error: | at | \(most recent | in thread |(?: \[[A-Z_]+\])?:|\n|$)`,
];

/** Of a line that stays text; behind it is nothing that looks at its level again. */
export const levelOfText = (): string[] => {
  const level = 'log.cache["level"]';
  return [
    ...TEXT_LEVELS.map(
      (form) => `set(${level}, ExtractPatterns(log.body, ${literal(form)})["level"]) where ${level} == nil`,
    ),
    ...numbers(level),
    ...LEVELS.map(([number, name]) => `set(log.severity_text, "${name}") where log.severity_number == ${number}`),
  ];
};
