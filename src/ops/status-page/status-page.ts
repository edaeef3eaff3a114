import { createHash } from "node:crypto";
import type { Millis } from "../../base/clock.ts";
import { chainPicture } from "./chain-picture.ts";
import { historySection, steeringSection } from "./history-section.ts";
import { markup, type Html } from "./html.ts";
import { STYLE } from "./style.ts";
import { responderSection } from "./responder-section.ts";
import { healthText, selectionSection, shareText } from "./selection-section.ts";
import { agoText, spanText } from "./span-text.ts";
import type { AliasView, Light, Search, StatusView, ZoneRow } from "./status-view.ts";

/** The whole page as HTML, without scripts and external resources. See {@link STATUS_PAGE_POLICY}. */
export function statusPage(view: StatusView): string {
  const { version, platform, now, leading, problems, zones, aliases, responder } = view;
  const lead = leading === undefined ? "" : leading ? " · holds the Lease" : " · waits for the Lease";
  const page = markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>dnsalias</title>
        <style>${STYLE_HTML}</style>
      </head>
      <body>
        <header>
          <h1>dnsalias</h1>
          <p>${platform}${lead} · version ${version} · <time datetime="${rfc3339(now)}">${rfc3339(now)}</time></p>
        </header>
        <main>
          ${problems.map((problem) => markup`<p class="problem">${problem}</p>`)}
          <section aria-labelledby="zones">
            <h2 id="zones">Zones</h2>
            ${zoneTable(zones)}
          </section>
          ${responder === undefined ? undefined : responderSection(responder)}
          <section aria-labelledby="aliases">
            <h2 id="aliases">Aliases</h2>
            ${searchForm(view)}${aliases.length === 0 ? markup`<p>No alias fits.</p>` : aliases.map((alias) => aliasCard(alias, now))}${pages(view)}
          </section>
        </main>
        <footer>
          <a href="/metrics">metrics</a> · <a href="/healthz">health</a> · <a href="/readyz">readiness</a>
        </footer>
      </body>
    </html> `;
  return page.html;
}

const STYLE_HTML: Html = { html: STYLE };

/** Content-Security-Policy of the page: it allows only the page's own style. */
export const STATUS_PAGE_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'`,
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

const WORDS: Readonly<Record<Light, string>> = { well: "ready", working: "in progress", unwell: "not ready" };

function lamp(light: Light): Html {
  return markup`<span class="lamp ${light}">${WORDS[light]}</span>`;
}

function zoneTable(zones: readonly ZoneRow[]): Html {
  if (zones.length === 0) {
    return markup`<p>There is no DnsZone.</p>`;
  }
  const rows = zones.map(
    ({ key, domain, provider, light, reason, message, names, serial, serving, deliveryLag }) =>
      markup`<tr>
        <td>${lamp(light)}</td>
        <th scope="row">${domain}</th>
        <td>${key}</td>
        <td>${provider}</td>
        <td class="number">${names}</td>
        <td class="number">${serial}</td>
        <td>${serving}</td>
        <td>${deliveryLag}</td>
        <td>${light === "well" ? "" : `${reason}: ${message}`}</td>
      </tr>`,
  );
  return markup`<table>
    <thead>
      <tr>
        <th scope="col">State</th>
        <th scope="col">Domain</th>
        <th scope="col">DnsZone</th>
        <th scope="col">Provider</th>
        <th scope="col" class="number">Names</th>
        <th scope="col" class="number">Serial</th>
        <th scope="col">Serving</th>
        <th scope="col">Lag</th>
        <th scope="col">Reason</th>
      </tr>
    </thead>
    <tbody>
      ${rows}
    </tbody>
  </table>`;
}

function searchForm({ search, found }: StatusView): Html {
  const checked = search.onlyUnwell ? markup` checked` : undefined;
  return markup`<form method="get" action="/">
    <label>Name <input type="search" name="q" value="${search.text}" /></label>
    <label><input type="checkbox" name="unwell" value="1" ${checked} /> only those that are not ready</label>
    <button>Show</button> <span>${found === 1 ? "1 alias" : `${found} aliases`}</span>
  </form>`;
}

function aliasCard(alias: AliasView, now: Millis): Html {
  const { key, light, reason, message, hostnames, targets, selection } = alias;
  const why = light === "well" ? undefined : markup`<p class="why"><strong>${reason}</strong> ${message}</p>`;
  const rows = hostnames.map(
    ({ hostname, zone, addresses, ttl, publishedTime, reason: note }) =>
      markup`<tr>
        <th scope="row">${hostname}</th>
        <td>${zone}</td>
        <td>${addresses.join(", ")}</td>
        <td class="number">${ttl}</td>
        <td>${publishedTime === undefined ? undefined : markup`<time datetime="${publishedTime}">${publishedTime}</time>`}</td>
        <td>${note}</td>
      </tr>`,
  );
  const owner = hostnames[0]?.hostname ?? key;
  const pictures = targets.map((target) => {
    const { chain, addresses, outcome, lastTransitionTime, ttl } = target;
    return markup`<figure>
      ${chainPicture(owner, chain, addresses)}
      <figcaption>
        ${outcome} since
        <time datetime="${lastTransitionTime}">${agoText(now, lastTransitionTime)}</time>${ttl === undefined ? "" : ` · TTL ${ttl} s`}${shareText(target)}${healthText(target, now)}
      </figcaption>
    </figure>`;
  });
  return markup`<article class="${light}">
    <h3>${lamp(light)} ${key}</h3>
    ${why}
    <table>
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">DnsZone</th>
          <th scope="col">Addresses</th>
          <th scope="col" class="number">TTL</th>
          <th scope="col">Last change</th>
          <th scope="col">Note</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
    ${selection === undefined ? undefined : selectionSection(selection, now)}${steeringSection(alias)}${freshness(alias)}${pictures}${historySection(alias, now)}
  </article>`;
}

function freshness({ ageMs, boundMs }: AliasView): Html | undefined {
  if (ageMs === undefined || boundMs === undefined) {
    return undefined;
  }
  const text = `confirmed ${spanText(ageMs)} ago; stale for at most ${spanText(boundMs)}`;
  const value = Math.min(ageMs, boundMs);
  return markup`<p class="freshness">
    <meter min="0" max="${boundMs}" high="${boundMs * HIGH_SHARE}" optimum="0" value="${value}">${text}</meter> ${text}
  </p>`;
}

/** From this share of the bound on, the meter is no longer green. */
const HIGH_SHARE = 0.9;

function pages({ search, found }: StatusView): Html | undefined {
  const count = Math.ceil(found / search.perPage);
  if (count <= 1) {
    return undefined;
  }
  const link = (page: number, text: string): Html =>
    page < 1 || page > count ? markup`<span>${text}</span>` : markup`<a href="${addressOf(search, page)}">${text}</a>`;
  return markup`<nav aria-label="pages">
    ${link(search.page - 1, "← before")} page ${search.page} of ${count} ${link(search.page + 1, "after →")}
  </nav>`;
}

function addressOf({ text, onlyUnwell }: Search, page: number): string {
  const query = new URLSearchParams({ q: text, ...(onlyUnwell ? { unwell: "1" } : {}), page: String(page) });
  return `/?${query.toString()}`;
}

function rfc3339(at: Millis): string {
  return new Date(at).toISOString().replace(/\.\d+Z$/, "Z");
}
