/** What a panel shows in the browser. */
export interface Seen {
  readonly id: string;
  readonly fate: string;
  readonly type: string;
  /** Lines, surfaces or bars of its picture, beside those of the axes. */
  readonly paths: number;
  readonly rows: number;
  readonly tiles: readonly string[];
  /** Colours of its tiles, as the page calls them. */
  readonly paints: readonly string[];
  readonly words: string;
}

// These run in the page, as text: they may use nothing from outside of themselves.

export const PANELS = `[...document.querySelectorAll('.panel')].map((p) => ({
  id: p.id,
  fate: p.dataset.fate,
  type: p.dataset.type,
  paths: [...p.querySelectorAll('svg path')].filter((d) =>
    /var\\(--(line-|green|yellow|orange|red|blue|purple|text)/.test((d.getAttribute('stroke') ?? '') + d.getAttribute('fill')) &&
    d.getBBox().width + d.getBBox().height > 0).length,
  rows: p.querySelectorAll('tbody tr').length,
  tiles: [...p.querySelectorAll('.big')].map((b) => b.textContent),
  paints: [...p.querySelectorAll('.tile')].map((t) => /background:var\\(--(\\w+)\\)/.exec(t.getAttribute('style'))?.[1] ?? ''),
  words: p.querySelector('.body').textContent,
}))`;

/** Texts that stand out of their panel, or out of the tile that they are in; what can be scrolled to is within. */
export const OVERFLOW = `(() => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode()); ) {
    const panel = node.parentElement.closest('.panel');
    if (!panel || node.data.trim() === '' || node.parentElement.closest('details:not([open]) .card')) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const text = range.getBoundingClientRect();
    if (text.width === 0) continue;
    const frames = [panel, node.parentElement.closest('.tile'), node.parentElement.closest('svg')].filter((f) => f);
    const ways = (e) => { const s = getComputedStyle(e); return [s.overflowX === 'auto' || s.textOverflow === 'ellipsis', s.overflowY === 'auto']; };
    for (const frame of frames) {
      let [x, y] = [false, false];
      for (let e = node.parentElement; e && e !== frame; e = e.parentElement) { const [a, b] = ways(e); x ||= a; y ||= b; }
      const box = frame.getBoundingClientRect();
      const out = (!x && (text.left < box.left - 1 || text.right > box.right + 1)) || (!y && (text.top < box.top - 1 || text.bottom > box.bottom + 1));
      if (out) found.push(panel.id + ': ' + node.data);
    }
  }
  return found.slice(0, 20);
})()`;

/** Texts that are hard to read on what is behind them: a contrast of 4.5, or of 3 where they are large, as WCAG has it. */
export const FAINT = `(() => {
  const found = new Set();
  const parts = (c) => c.match(/[\\d.]+/g).map(Number);
  const light = (c) => { const [r, g, b] = parts(c).map((v) => { const s = v / 255; return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const behind = (e) => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor; if (parts(c)[3] !== 0) return c; } return 'rgb(255, 255, 255)'; };
  const bars = [...document.querySelectorAll('[data-type="state-timeline"] svg path')];
  const barBehind = (e) => {
    const t = e.getBoundingClientRect();
    const bar = bars.find((b) => { const r = b.getBoundingClientRect(); return b.getAttribute('fill') !== 'none' && r.height > 4 && r.left <= t.left && r.right >= t.right && r.top <= t.top && r.bottom >= t.bottom; });
    return bar && getComputedStyle(bar).fill;
  };
  for (const e of document.querySelectorAll('body *')) {
    if (![...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim() !== '') || e.getBoundingClientRect().width === 0) continue;
    if (e.closest('details:not([open]) .card')) continue;
    const style = getComputedStyle(e);
    const drawn = e.closest('svg') !== null;
    const [a, b] = [light(drawn ? style.fill : style.color), light((drawn && barBehind(e)) || behind(e))].sort((x, y) => x - y);
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.6 && style.fontWeight >= 600);
    if ((b + 0.05) / (a + 0.05) < (large ? 3 : 4.5)) found.add(e.tagName + ' ' + e.className + ' ' + (drawn ? style.fill : style.color) + ' on ' + behind(e) + ': ' + e.textContent.slice(0, 30));
  }
  return [...found].slice(0, 20);
})()`;

/** What could do something, or is too wide for the window. */
export const DOCUMENT = `({
  scripts: document.scripts.length,
  loaded: document.querySelectorAll('img,iframe,object,embed,form,link,base,video,audio').length,
  wide: document.documentElement.scrollWidth > innerWidth,
  outer: { width: document.documentElement.scrollWidth, height: document.documentElement.scrollHeight },
})`;
