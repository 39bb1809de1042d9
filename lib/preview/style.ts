import { GAP, HEADER, LEGEND_LINE, PAGE, ROW } from './geometry';
import { Html } from './html';

/** Colours of surfaces, of letters on them, and of letters on a panel. Each pair has a contrast of 4.5 at least. */
const LIGHT = `
--page:#f3f5f8;--panel:#fff;--edge:#dde2ea;--rule:#e4e8ee;--text:#1c2430;--muted:#5c6776;--accent:#2457c5;--tint:#eef2f9;
--green:#23804a;--yellow:#e9c33d;--orange:#e0801f;--red:#c22f3d;--blue:#2f6fc2;--purple:#7b4fc0;
--on-green:#fff;--on-yellow:#2b2200;--on-orange:#231000;--on-red:#fff;--on-blue:#fff;--on-purple:#fff;
--ink-green:#1c7040;--ink-yellow:#806000;--ink-orange:#a04f00;--ink-red:#b3202f;--ink-blue:#245ca8;--ink-purple:#6a3db0;
--line-0:#2f7ed8;--line-1:#e07b00;--line-2:#2a9d63;--line-3:#c9405b;--line-4:#8458c9;--line-5:#0f9bab;--line-6:#b3871a;--line-7:#d65db1;--line-8:#6b7a8f;--line-9:#7a9a01;`;

const DARK = `
--page:#0f1319;--panel:#181d25;--edge:#2a323e;--rule:#2a323e;--text:#dfe5ee;--muted:#97a3b4;--accent:#7fb0ff;--tint:#1f2733;
--green:#277f4c;--yellow:#e3bf45;--orange:#e08a32;--red:#cc3f4d;--blue:#3570be;--purple:#8a60cf;
--on-green:#fff;--on-yellow:#2b2200;--on-orange:#231000;--on-red:#fff;--on-blue:#fff;--on-purple:#fff;
--ink-green:#5fcf8e;--ink-yellow:#ecc94b;--ink-orange:#f5a04e;--ink-red:#ff7b86;--ink-blue:#7db4ff;--ink-purple:#bf9cff;
--line-0:#5ba3f5;--line-1:#f5a04e;--line-2:#55c98b;--line-3:#f2738a;--line-4:#ae8cf0;--line-5:#3fc3d1;--line-6:#d9b04a;--line-7:#ee8fd0;--line-8:#9aa8bb;--line-9:#b4cf3f;`;

/** The style of the page; it names no address, so that nothing is loaded. */
export const STYLE = new Html(`
:root{${LIGHT}}
@media (prefers-color-scheme:dark){:root{${DARK}}}
*{box-sizing:border-box}
html{scroll-padding-top:12px}
body{margin:0 auto;padding:24px;max-width:${PAGE + 48}px;background:var(--page);color:var(--text);font:14px/1.45 system-ui,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
h1,h2,h3,h4,p,ul,dl{margin:0;padding:0}ul{list-style:none}
a{color:var(--accent);text-decoration:none}a:hover{text-decoration:underline}
.top p,article>header p{color:var(--muted);max-width:90ch}article>header p.bad{color:var(--ink-red)}
h1{font-size:24px;font-weight:650}
nav{display:grid;grid-template-columns:repeat(auto-fill,minmax(220px,1fr));gap:${GAP}px;margin:16px 0 8px}
nav a{display:flex;flex-direction:column;padding:8px 12px;background:var(--panel);border:1px solid var(--edge);border-radius:6px;color:var(--text)}
nav a:hover{border-color:var(--accent);text-decoration:none}nav span{font-size:12px;color:var(--muted)}nav .bad{color:var(--ink-red);font-weight:600}
article{margin-top:40px}article>header{margin-bottom:10px}
h2{font-size:20px;font-weight:650}
h3{font-size:13px;font-weight:600;margin:18px 0 ${GAP}px;color:var(--muted);letter-spacing:.02em}
.chosen{display:flex;flex-wrap:wrap;gap:6px;margin-top:8px;font-size:12px}
.chosen li{padding:2px 10px;background:var(--tint);border:1px solid var(--edge);border-radius:12px;color:var(--muted);overflow-wrap:anywhere}
.chosen b{color:var(--text);font-weight:600}
.grid{display:grid;grid-template-columns:repeat(24,minmax(0,1fr));grid-auto-rows:${ROW}px;gap:${GAP}px}
.panel{position:relative;display:flex;flex-direction:column;min-width:0;background:var(--panel);border:1px solid var(--edge);border-radius:6px}
.panel>header{display:flex;align-items:center;gap:6px;flex:none;height:${HEADER}px;padding:0 6px 0 10px}
h4{flex:1;min-width:0;font-size:13px;font-weight:600;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.about summary{list-style:none;width:18px;height:18px;border-radius:50%;text-align:center;font:italic 600 12px/18px Georgia,serif;color:var(--muted);cursor:pointer}
.about summary::-webkit-details-marker{display:none}
.about summary:hover,.about[open] summary{background:var(--tint);color:var(--accent)}
.card{position:absolute;z-index:2;top:${HEADER}px;left:6px;width:min(max(calc(100% - 12px),300px),520px);padding:10px 12px;background:var(--panel);border:1px solid var(--edge);border-radius:6px;box-shadow:0 6px 24px rgb(0 0 0/.22);font-size:12.5px}
.card>*+*{margin-top:8px}.card .note{color:var(--ink-orange)}.card dt{color:var(--muted);font-size:11px}.card dd{margin:0 0 6px}
code{font:11.5px/1.45 ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere;white-space:pre-wrap}
.body{flex:1;min-height:0;min-width:0;display:flex;flex-direction:column;padding:0 10px 10px;overflow:hidden}
svg{display:block;flex:1;width:100%;min-height:0}
.legend{flex:none;display:flex;flex-wrap:wrap;column-gap:14px;overflow:auto;font-size:12px;line-height:${LEGEND_LINE}px}
.legend li{display:flex;align-items:center;gap:6px;max-width:100%;height:${LEGEND_LINE}px}
.legend i{flex:none;width:12px;height:4px;border-radius:2px}
.legend span{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}.legend b{font-weight:600;white-space:nowrap}
.stat{flex:1;display:flex;flex-wrap:wrap;gap:6px;min-height:0;overflow:auto}
.tile{flex:1 1 90px;min-width:0;min-height:44px;border-radius:4px;container-type:size}
.fit{height:100%;padding:0 6px;display:flex;flex-direction:column;align-items:center;justify-content:center;text-align:center;line-height:1.15}
.big{max-width:100%;font-weight:650;font-size:min(44px,60cqh,calc(145cqw/var(--n)));overflow-wrap:anywhere}
.small{max-width:100%;font-size:12px;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.scroll{flex:1;min-height:0;overflow:auto}
table{width:100%;border-collapse:collapse;font-size:12.5px}
th,td{padding:4px 10px;text-align:left;white-space:nowrap;border-bottom:1px solid var(--rule)}
th{position:sticky;top:0;background:var(--panel);color:var(--muted);font-weight:600}
.number{text-align:right;font-variant-numeric:tabular-nums}td[style]{font-weight:600}
.nothing,.message,.words{flex:1;min-height:0;overflow:auto}
.nothing{display:flex;align-items:center;justify-content:center;color:var(--muted);border:1px dashed var(--edge);border-radius:4px}
.message{font-size:12.5px;color:var(--muted);overflow-wrap:anywhere}.words{white-space:pre-wrap}
.refused{border-color:var(--red)}.refused .message{color:var(--ink-red)}
@media (max-width:900px){.grid{display:block}.panel{margin-bottom:${GAP}px}.stat{min-height:72px}.scroll{max-height:320px}svg{flex:none;height:auto}.nothing{min-height:72px}}
@media print{body{background:none}article{break-before:page}.panel{break-inside:avoid}}
`);
