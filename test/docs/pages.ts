import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

export const ROOT = join(__dirname, '..', '..');

export interface Page {
  /** Relative to the root of the repository. */
  readonly path: string;
  readonly text: string;
}

/** A fenced block of code. */
export interface Block {
  readonly page: string;
  /** `README.md:42`, the line of its first line of code. */
  readonly at: string;
  /** All that stands behind the fence: `ts throws`. */
  readonly info: string;
  readonly code: string;
}

export function page(path: string): Page {
  return { path, text: readFileSync(join(ROOT, path), 'utf8') };
}

/** Every page that people read: those of the root, and docs with its folders. */
export function allPages(): Page[] {
  const markdown = (folder: string): string[] =>
    readdirSync(join(ROOT, folder)).flatMap((name) => {
      const path = join(folder, name);
      return statSync(join(ROOT, path)).isDirectory() ? markdown(path) : name.endsWith('.md') ? [path] : [];
    });
  const root = readdirSync(ROOT).filter((name) => name.endsWith('.md'));
  return [...root, ...markdown('docs'), 'test/cluster/README.md', 'tools/README.md'].map(page);
}

export function blocks({ path, text }: Page): Block[] {
  return [...text.matchAll(/^```(\S[^\n]*)\n([\s\S]*?)^```$/gm)].map((m) => ({
    page: path,
    at: `${path}:${text.slice(0, m.index).split('\n').length + 1}`,
    info: m[1] ?? '',
    code: m[2] ?? '',
  }));
}

const withoutBlocks = (text: string) => text.replace(/^```[\s\S]*?^```$/gm, '');

/** What stands in `code` within the text, blocks left out. */
export function codeSpans({ text }: Page): string[] {
  return [...withoutBlocks(text).matchAll(/`([^`]+)`/g)].map((m) => (m[1] ?? '').replace(/\s+/g, ' '));
}

/** Lines of blocks that a shell reads. */
export function shellLines(p: Page): string[] {
  return blocks(p)
    .filter((b) => b.info === 'sh')
    .flatMap((b) => b.code.split('\n'));
}

/** How GitHub turns a heading into an anchor. */
function anchors(text: string): string[] {
  return [...withoutBlocks(text).matchAll(/^#+ (.+)$/gm)].map((m) =>
    (m[1] ?? '')
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Links into the repository that lead nowhere. */
export function brokenLinks({ path, text }: Page): string[] {
  const links = [...withoutBlocks(text).matchAll(/\]\(([^)\s]+)\)/g)].map((m) => m[1] ?? '');
  return links
    .filter((link) => !/^[a-z]+:/.test(link))
    .filter((link) => {
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? path : relative(ROOT, join(ROOT, dirname(path), file));
      if (!existsSync(join(ROOT, target))) return true;
      return anchor !== undefined && !anchors(page(target).text).includes(anchor);
    });
}

const PLACES = /^(lib|stacks|examples|test|tools|docs)\/[\w./-]*$/;
const FILES = /^(Makefile|[\w-]+\.(yaml|json|md|mjs))$/;
/** Files of the user, or that only a synth makes. */
const NOT_OURS = ['main.ts', 'dashboards.yaml'];

/** Paths that the text names as being here and that are not. */
export function missingPaths(p: Page): string[] {
  return codeSpans(p)
    .flatMap((span) => span.split(' '))
    .filter((word) => (PLACES.test(word) || FILES.test(word)) && !NOT_OURS.includes(word))
    .filter((word) => ![ROOT, join(ROOT, dirname(p.path))].some((from) => existsSync(join(from, word))));
}
