/** A piece of HTML. Whatever is not one is text, and is escaped when it is put into one. */
export class Html {
  constructor(readonly text: string) {}
}

export type Content = string | number | Html | readonly Html[] | undefined | false;

/** Markup with values: `html\`<b>${label}</b>\``. Texts are escaped, in content and in quoted attributes alike. */
export function html(markup: TemplateStringsArray, ...values: readonly Content[]): Html {
  return new Html(markup.map((part, i) => part + (i < values.length ? written(values[i]) : '')).join(''));
}

function written(value: Content): string {
  if (value === undefined || value === false) return '';
  if (value instanceof Html) return value.text;
  return typeof value === 'object' ? value.map((v) => v.text).join('') : escaped(String(value));
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Control characters would not survive in HTML; a label may hold any. */
function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (c) => ENTITIES[c] ?? c).replace(/[^\P{Cc}\n\t]/gu, '\u{fffd}');
}

/** A link, where the address is one that a browser may follow; otherwise its text alone. */
export function link(address: string, text: Content): Html {
  const safe = address.startsWith('#') || /^https?:$/.test(protocol(address));
  if (!safe) return html`<span>${text}</span>`;
  return html`<a href="${address}" rel="noopener noreferrer">${text}</a>`;
}

function protocol(address: string): string {
  return URL.canParse(address) ? new URL(address).protocol : '';
}
