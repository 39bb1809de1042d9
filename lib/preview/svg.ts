import { Html, html } from './html';

/**
 * A picture of ECharts as it stands in the page: without what it writes for its own script, and with names of its own,
 * since those of ECharts are counted through the life of a process.
 *
 * @param svg what `renderToSVGString` gave; texts in it are escaped by ECharts
 * @param id a name that no other picture of the page has
 */
export function embedded(svg: string, id: string, label: string): Html {
  const own = svg
    .replace(/<style[^>]*>.*?<\/style>/gs, '')
    .replace(/ (ecmeta_\w+|class|pointer-events)="[^"]*"/g, '')
    .replace(/font-family:[^;"]*;?/g, '')
    .replace(/ style="font: (?:normal )*(\d+px)[^"]*"/g, ' style="font-size:$1"')
    // An attribute only: in a text a quotation mark is escaped.
    .replace(/(id="|url\(#)zr\d+-/g, `$1${id}-`)
    .replace(/<rect width="\d+" height="\d+" x="0" y="0" fill="none"><\/rect>/, '')
    .replace(/\n+/g, '\n')
    .trim();
  const tag = (viewBox: string) => html`<svg ${new Html(viewBox)} role="img" aria-label="${label}">`.text;
  return new Html(own.replace(/^<svg [^>]*?(viewBox="[^"]*")[^>]*>/, (_, viewBox: string) => tag(viewBox)));
}
