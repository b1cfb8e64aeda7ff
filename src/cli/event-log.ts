import { pino } from 'pino';
import type { Observer } from '../pipeline/events.ts';
import type { Output } from './io.ts';

/** Every event as one JSON line, for --verbose. Progress is at debug level, notices at warn. */
export function eventLog(output: Output): Observer {
  const log = pino(
    { base: null, level: 'debug', timestamp: pino.stdTimeFunctions.isoTime },
    { write: (line: string) => void output.write(line) },
  );
  return (event) => {
    const { type, ...details } = event;
    if (type === 'progress') log.debug(details, type);
    else if (type === 'notice') log.warn(details, type);
    else log.info(details, type);
  };
}
