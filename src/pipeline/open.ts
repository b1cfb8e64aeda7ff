import { UsageError } from '../errors.ts';
import { type HitparadeConfig, withDefaults } from './config.ts';
import type { Observer } from './events.ts';
import type { Hitparade, OpenHitparade, TableAccess } from './hitparade.ts';
import { badRecords, files, publishedDates, status } from './read-model.ts';
import type { WatchReport } from './reports.ts';
import { Session, TABLES } from './session.ts';
import { systemPorts } from './system-ports.ts';

/**
 * Opens a lake with its tables and engine; nothing is started before it is needed.
 * @throws UsageError if the configuration asks for what this version cannot do
 */
export const openHitparade: OpenHitparade = (config, observer) =>
  Promise.resolve().then(() => open(config, observer ?? (() => undefined)));

function open(config: HitparadeConfig, observer: Observer): Hitparade {
  const session = new Session(withDefaults(config), systemPorts, observer);
  const never = new AbortController().signal;
  return {
    run: async ({ signal = never } = {}) => (await import('./run.ts')).run(await session.context(signal)),
    watch: (options) => watchLake(session, options),
    stage: async (name, { run: id, file, signal = never }) =>
      (await import('./stage.ts')).runStage(await session.context(signal), name, { run: id, file }),
    verify: async ({ signal = never } = {}) => {
      const { verify } = await import('./verify/verify.ts');
      return verify({
        lake: await session.lake(),
        engine: await session.engine(),
        tables: () => session.tables(),
        ports: session.ports,
        limits: session.config.limits,
        observe: session.observe,
        signal,
      });
    },
    doctor: async () => {
      const { doctor } = await import('./doctor/doctor.ts');
      const { directory, config, ports } = session;
      return doctor({
        directory,
        config,
        ports,
        log: () => session.log(),
        tables: () => session.tables(),
      });
    },
    status: async () => status(await session.lake(), await session.log()),
    files: async (name) => files(await session.lake(), await session.log(), name),
    publishedDates: async () => publishedDates(await session.lake()),
    chart: async (kpi, query) => {
      const dates = await publishedDates(await session.lake());
      if (dates.length === 0) return [];
      const { chart } = await import('./chart.ts');
      const sources = {
        ...(await session.tables()),
        lake: await session.lake(),
        engine: () => session.engine(),
      };
      return chart(sources, dates, kpi, query);
    },
    badRecords: async function* (filter) {
      yield* badRecords(await session.lake(), await session.log(), filter);
    },
    serveTables: (options) => serveTables(session, options.port),
    close: () => session.close(),
  };
}

const RECONCILE_SECONDS = 60;

async function watchLake(
  session: Session,
  { signal, reconcileSeconds = RECONCILE_SECONDS }: Parameters<Hitparade['watch']>[0],
): Promise<WatchReport> {
  const [{ watch }, { pass }] = await Promise.all([import('./watch.ts'), import('./run.ts')]);
  const { ports, observe } = session;
  return watch(
    {
      ports,
      observe,
      lake: () => session.lake(),
      isThere: () => session.isThere(),
      log: () => session.log(),
      pass: async (log, pending) => pass(await session.context(signal, log), pending),
      close: () => session.close(),
    },
    { signal, reconcileSeconds, settleSeconds: session.config.settleSeconds },
  );
}

async function serveTables(session: Session, port: number | undefined): Promise<TableAccess> {
  const { tables } = await session.tables();
  const { embedded } = tables;
  if (embedded === undefined) {
    throw new UsageError(`the tables are not embedded: this lake uses ${tables.location}.`, {
      hint: 'Read them there, or leave out --dynamodb-endpoint.',
    });
  }
  // A port of its own in any case: the host's ends with the host.
  const endpoint = await embedded.serveOn(port ?? 0);
  const region = await tables.region();
  const { accessKeyId, secretAccessKey } = embedded;
  return {
    endpoint,
    region,
    accessKeyId,
    secretAccessKey,
    tables: TABLES.map((table) => tables.nameOf(table)),
  };
}
