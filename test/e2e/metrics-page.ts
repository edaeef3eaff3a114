/** One scrape of `/metrics`. */
export interface MetricsPage {
  readonly text: string;
  /**
   * One series by its name and labels, `name{label="value"}`. Labels that are left out are summed over. Throws for a name that the page does not have, so that a
   * misspelled name is never taken for 0.
   */
  value(series: string): number;
}

export async function scrape(opsUrl: string): Promise<MetricsPage> {
  return metricsPage(await (await fetch(`${opsUrl}/metrics`)).text());
}

export function metricsPage(text: string): MetricsPage {
  return {
    text,
    value(series) {
      const [name = "", labels] = series.split(/[{}]/);
      const base = name.replace(/_(count|sum|bucket)$/, "");
      if (!text.includes(`# HELP ${name} `) && !text.includes(`# HELP ${base} `)) {
        throw new Error(`the page has no metric ${name}`);
      }
      return text
        .split("\n")
        .filter((line) => line.startsWith(name) && /^[ {]/.test(line.slice(name.length)))
        .filter((line) => labels === undefined || labels.split(",").every((label) => line.includes(label)))
        .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0);
    },
  };
}
