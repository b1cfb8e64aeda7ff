import type { Command } from 'commander';
import type { HitparadeConfig } from '../pipeline/config.ts';
import type { Observer } from '../pipeline/events.ts';
import type { Hitparade, OpenHitparade } from '../pipeline/hitparade.ts';
import { wantsColour } from './colour.ts';
import type { ExitCode } from './exit-codes.ts';
import { widthOf, write, type Io } from './io.ts';
import { toJson } from './json.ts';
import { assertKnownVariables } from './known-variables.ts';
import { givenFlags, type OptionKey } from './options.ts';
import { quoted } from './paths.ts';
import { makeStyle, type Style } from './render/style.ts';
import { requireLake } from './require-lake.ts';
import type { Sourced } from './settings-sources.ts';

/** What a test may replace. */
export interface Dependencies {
  readonly open: OpenHitparade;
}

/** One invocation: what the person asked for, and how to answer. */
export interface Cli {
  readonly io: Io;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** How stdout is drawn, and how stderr is. */
  readonly style: Style;
  readonly errorStyle: Style;
  /** `hitparade`, or `npx hitparade` when npm started us, for commands that can be copied. */
  readonly program: string;
  /** The same, for a command on this lake: with `--lake` if it was given as a flag. */
  readonly copyable: (command: string) => string;
  readonly settings: ReadonlyMap<OptionKey, Sourced>;
  /** @throws UsageError if an option is invalid or no lake is given */
  config(): Promise<HitparadeConfig>;
  /** Opens the lake for `work` and closes it again, whatever happens. */
  withLake<Result>(
    work: (hitparade: Hitparade, config: HitparadeConfig) => Promise<Result>,
    observer?: Observer,
    config?: HitparadeConfig,
  ): Promise<Result>;
  /** The same for a lake that need not exist; nothing makes it. */
  withAnyLake<Result>(work: (hitparade: Hitparade) => Promise<Result>): Promise<Result>;
  /** To stdout. */
  print(text: string): Promise<void>;
  printJson(value: unknown): Promise<void>;
  /** To stderr, unless --quiet. */
  note(text: string): Promise<void>;
  /**
   * Promises that this command ends by itself when the signal is aborted; without it the program ends
   * at once.
   */
  stopSignal(): AbortSignal;
}

export type Action<Arguments extends readonly unknown[]> = (
  cli: Cli,
  ...args: Arguments
) => Promise<ExitCode>;

export async function createCli(
  command: Command,
  io: Io,
  dependencies: Dependencies,
  stopsByItself: () => void,
): Promise<Cli> {
  const [{ readConfigFile }, { gather }, { pipelineConfig, switchOf }] = await Promise.all([
    import('./config-file.ts'),
    import('./settings-sources.ts'),
    import('./config.ts'),
  ]);
  assertKnownVariables(io.env);
  const flags = givenFlags(command);
  const askedFile = flags.get('config') ?? io.env['HITPARADE_CONFIG'];
  const file = typeof askedFile === 'string' && askedFile !== '' ? askedFile : undefined;
  const settings = gather(flags, io, await readConfigFile(file, io.cwd));
  const program = programName(io.env);
  const noColour = switchOf(settings, 'no-color');
  const styleOf = (output: Io['stdout']): Style =>
    makeStyle({ colour: wantsColour(output, io.env, noColour), width: widthOf(output, io.env) });
  const quiet = switchOf(settings, 'quiet');

  const cli: Cli = {
    io,
    json: switchOf(settings, 'json'),
    quiet,
    verbose: switchOf(settings, 'verbose'),
    style: styleOf(io.stdout),
    errorStyle: styleOf(io.stderr),
    program,
    copyable: (text) => [`${program} ${text}`, ...lakeFlags(flags)].join(' '),
    settings,
    config: () => Promise.resolve().then(() => pipelineConfig(settings, program)),
    async withLake(work, observer, given) {
      const config = given ?? (await cli.config());
      await requireLake(config.lake, program, io.cwd);
      const hitparade = await dependencies.open(config, observer);
      return closing(hitparade, () => work(hitparade, config));
    },
    withAnyLake: async (work) => {
      const hitparade = await dependencies.open(await cli.config());
      return closing(hitparade, () => work(hitparade));
    },
    print: (text) => write(io.stdout, text),
    printJson: (value) => write(io.stdout, `${toJson(value)}\n`),
    note: (text) => (quiet ? Promise.resolve() : write(io.stderr, text)),
    stopSignal() {
      stopsByItself();
      return io.signal ?? new AbortController().signal;
    },
  };
  return cli;
}

/** The failure of the work is the one to report; a failure to close on top of it would hide it. */
async function closing<Result>(hitparade: Hitparade, work: () => Promise<Result>): Promise<Result> {
  let result: Result;
  try {
    result = await work();
  } catch (error) {
    await hitparade.close().catch((closeError: unknown) => {
      if (error instanceof Error && error.cause === undefined) error.cause = closeError;
    });
    throw error;
  }
  await hitparade.close();
  return result;
}

function programName(env: Io['env']): string {
  return env['npm_lifecycle_event'] === undefined ? 'hitparade' : 'npx hitparade';
}

function lakeFlags(flags: ReadonlyMap<string, string | boolean>): string[] {
  return ['config', 'lake', 'dynamodb-endpoint', 'table-prefix'].flatMap((key) => {
    const value = flags.get(key);
    return typeof value === 'string' ? [`--${key} ${quoted(value)}`] : [];
  });
}
