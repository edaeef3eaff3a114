/** The only style of the page; the page's policy contains its hash. Colours keep their contrast in light and dark mode. */
export const STYLE = `:root{color-scheme:light dark;--text:#1d2733;--dim:#5b6773;--back:#f6f7f9;--card:#fff;--line:#d5dbe1;--well:#1a7f4b;--working:#9a6700;--unwell:#c0322b;--box:#eef3fa}
@media(prefers-color-scheme:dark){:root{--text:#e4e9ee;--dim:#9ba7b3;--back:#12171d;--card:#1b222b;--line:#35404c;--well:#4cc38a;--working:#e2b341;--unwell:#ff7b72;--box:#25303d}}
body{margin:0;font:15px/1.45 system-ui,sans-serif;color:var(--text);background:var(--back)}
header,main,footer{max-width:72rem;margin:0 auto;padding:0 1rem}
header p,footer,figcaption,.freshness{color:var(--dim)}
h1{margin:1rem 0 0;font-size:1.5rem}h2{font-size:1.15rem;margin:1.5rem 0 .5rem}h3{font-size:1rem;margin:0 0 .5rem}
table{border-collapse:collapse;width:100%;background:var(--card);font-size:.9rem}
th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
thead th{color:var(--dim);font-weight:600}tbody th{font-weight:600}.number{text-align:right;font-variant-numeric:tabular-nums}
section>table,article{border:1px solid var(--line)}
article{background:var(--card);border-left:4px solid var(--line);border-radius:6px;padding:.8rem 1rem;margin:.8rem 0}
article.well{border-left-color:var(--well)}article.working{border-left-color:var(--working)}article.unwell{border-left-color:var(--unwell)}
.lamp{display:inline-block;min-width:4.5rem;text-align:center;border-radius:1rem;padding:0 .6rem;font-size:.8rem;font-weight:600;border:1px solid currentcolor;white-space:nowrap}
.lamp.well{color:var(--well)}.lamp.working{color:var(--working)}.lamp.unwell{color:var(--unwell)}
.problem,.why{border-left:4px solid var(--unwell);padding:.3rem .8rem;margin:.5rem 0;background:var(--box)}
.working .why{border-left-color:var(--working)}
details{margin:.7rem 0 0}summary{cursor:pointer;font-size:.9rem}
figure{margin:.7rem 0 0;overflow-x:auto}figcaption{font-size:.85rem}
.chain{display:block}.chain text{font:12px ui-monospace,monospace;fill:var(--text)}
.chain rect{fill:var(--box);stroke:var(--line)}.chain .owner{stroke:var(--text)}.chain .addresses{stroke:var(--well)}.chain .nothing{stroke:var(--unwell)}
.chain .arrow{fill:none;stroke:var(--dim)}.chain .head{fill:var(--dim)}
meter{width:12rem;vertical-align:middle}form{margin:.5rem 0}nav,footer{padding:1rem}
`;
