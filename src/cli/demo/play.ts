import { join } from 'node:path';
import { rawKey } from '../../lake/zones.ts';
import type { HitparadeConfig } from '../../pipeline/config.ts';
import type { RunReport } from '../../pipeline/reports.ts';
import { demoDeliveries } from '../../samples/demo.ts';
import type { Cli } from '../cli.ts';
import { pipelineConfig } from '../config.ts';
import { watchRun } from '../watch-run.ts';
import { renderNext, renderStep, renderZones } from '../render/demo.ts';
import { noteDelivered } from './marker.ts';
import { zoneContents } from './zones.ts';
import { demoCharts } from './charts.ts';

export interface DemoStage {
  readonly directory: string;
  /** The directory as the person would type it. */
  readonly shown: string;
  readonly plays: number | undefined;
  readonly copyable: (command: string) => string;
}

/** Delivers the files step by step, runs the pipeline after each, and shows what came of it. */
export async function playDemo(cli: Cli, stage: DemoStage): Promise<void> {
  const deliveries = demoDeliveries({ plays: stage.plays });
  const say = (text: string): Promise<void> => (cli.json || cli.quiet ? Promise.resolve() : cli.print(text));
  const signal = cli.stopSignal();
  const watch = await watchRun(cli);
  const runs: RunReport[] = [];

  await cli
    .withLake(
      async (hitparade) => {
        for (const [index, delivery] of deliveries.entries()) {
          signal.throwIfAborted();
          for (const file of delivery.files) {
            const key = rawKey(file.dataset, file.filename);
            await file.write(join(stage.directory, ...key.split('/')));
            await noteDelivered(stage.directory, key);
          }
          const report = await hitparade.run({ signal });
          watch.stop();
          runs.push(report);
          await say(renderStep({ number: index + 1, of: deliveries.length, delivery, report }, cli.style));
        }
        if (cli.json || cli.quiet) return;
        const { charts, date } = await demoCharts(hitparade, cli.style);
        await say(charts);
        await say(renderZones(stage.shown, await zoneContents(stage.directory), cli.style));
        await say(renderNext(stage.copyable, date, cli.style));
      },
      watch.observer,
      demoConfig(cli, stage.directory),
    )
    .finally(() => {
      watch.stop();
      if (signal.aborted) cli.io.stderr.write(`stopped; \`${cli.program} demo\` begins anew\n`);
    });
  if (cli.json) await cli.printJson({ directory: stage.directory, runs });
}

/** Made-up data belongs into the embedded tables, whatever the person's configuration points at. */
function demoConfig(cli: Cli, directory: string): HitparadeConfig {
  const kept = [...cli.settings].filter(([key]) => key === 'memory-limit' || key === 'threads');
  const lake = { value: directory, source: '--dir', directory };
  return pipelineConfig(new Map([...kept, ['lake', lake]]), cli.program);
}
