import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { wantsColour } from './colour.ts';
import { defineBadRecords } from './commands/bad-records.ts';
import { defineDemo } from './commands/demo.ts';
import { defineDoctor } from './commands/doctor.ts';
import { defineDynamodb } from './commands/dynamodb.ts';
import { defineFiles } from './commands/files.ts';
import { defineGenerate } from './commands/generate.ts';
import { defineInit } from './commands/init.ts';
import { defineRun } from './commands/run.ts';
import { defineShow } from './commands/show.ts';
import { defineStage } from './commands/stage.ts';
import { defineStatus } from './commands/status.ts';
import { defineVerify } from './commands/verify.ts';
import { defineWatch } from './commands/watch.ts';
import type { DefineCommand, WrapAction } from './define-command.ts';
import { examples } from './examples.ts';
import { widthOf, type Io } from './io.ts';
import { addGlobalOptions } from './options.ts';

/** In the order in which a newcomer needs them; the help lists them so. */
const commands: readonly DefineCommand[] = [
  defineInit,
  defineDemo,
  defineGenerate,
  defineRun,
  defineWatch,
  defineStage,
  defineStatus,
  defineFiles,
  defineShow,
  defineBadRecords,
  defineVerify,
  defineDoctor,
  defineDynamodb,
];

export function createProgram(io: Io, action: WrapAction): Command {
  const program = new Command('hitparade')
    .description(
      'Daily music charts from raw play files: validated, counted exactly once, published to DynamoDB.',
    )
    .version(version(), '--version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help for a command')
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
      getOutHelpWidth: () => widthOf(io.stdout, io.env),
      getErrHelpWidth: () => widthOf(io.stderr, io.env),
      getOutHasColors: () => wantsColour(io.stdout, io.env, false),
      getErrHasColors: () => wantsColour(io.stderr, io.env, false),
    })
    .showHelpAfterError('hint: add --help to see what it takes')
    .exitOverride();
  addGlobalOptions(program);
  program.addHelpText(
    'after',
    examples(['hitparade demo', 'hitparade run --lake ./lake', 'hitparade run --help']),
  );
  for (const define of commands) define(program, action);
  return program;
}

function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const found =
    typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : '';
  return String(found);
}
