import { Command as HelpPage, Option } from "commander";
import { PAGES } from "./command-pages.ts";
import { COMMANDS, type Command } from "./commands.ts";
import { flagsOf, optionsOf, variableOf } from "./options.ts";

/** The help of one command, in lines of at most `columns` characters. */
export function commandUsage(command: Command, columns = DEFAULT_COLUMNS): string {
  const { synopsis, about, examples } = PAGES[command];
  const page = helpPage(`dnsalias ${command}`, columns).usage(synopsis).description(about.join("\n"));
  for (const spec of optionsOf(command)) {
    page.addOption(new Option(flagsOf(spec, "<>"), spec.help).helpGroup(`${spec.group}:`));
  }
  const lines = examples.map((example) => `  ${example}`);
  return [page.helpInformation(), ...variableLines(command), "Examples:", ...lines, ""].join("\n");
}

/** The help of the whole program, in lines of at most `columns` characters. */
export function programUsage(columns = DEFAULT_COLUMNS): string {
  const page = helpPage("dnsalias", columns).usage("COMMAND [OPTIONS]").description(ABOUT);
  for (const command of COMMANDS) {
    const { group, summary } = PAGES[command];
    page.addCommand(new HelpPage(command).summary(summary).helpGroup(`${group}:`));
  }
  return `${page.helpInformation()}\n${wrapped(page, HINT)}\n`;
}

const ABOUT =
  "Keeps the A and AAAA records of a hostname equal to the addresses of its target. The hostname can be a zone apex.";
const HINT = "Run dnsalias COMMAND --help for the options of a command. Options can be before or after the command.";

/** The width of the help if the output is not a terminal. */
const DEFAULT_COLUMNS = 80;
/** Longer lines are hard to read. */
const MAX_COLUMNS = 120;

function helpPage(name: string, columns: number): HelpPage {
  return new HelpPage(name)
    .helpOption(false)
    .helpCommand(false)
    .configureOutput({ getOutHelpWidth: () => Math.min(columns, MAX_COLUMNS), getOutHasColors: () => false })
    .configureHelp({
      optionTerm: ({ flags }) => flags.replace(/^--/, "    --").replace(/[<>]/g, ""),
      subcommandTerm: (command) => command.name(),
    });
}

function wrapped(page: HelpPage, text: string): string {
  const help = page.createHelp();
  return help.boxWrap(text, page.configureOutput().getOutHelpWidth?.() ?? DEFAULT_COLUMNS);
}

function variableLines(command: Command): readonly string[] {
  const example = optionsOf(command).find(({ kind }) => kind !== "switch")?.name;
  return example === undefined
    ? []
    : [
        `Each option has an environment variable: --${example} is ${variableOf(example)}.`,
        "The option takes precedence.",
        "",
      ];
}
