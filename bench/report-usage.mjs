// Preloaded into every Node process of a measured command. Each one reports its own peak when it ends, as the
// kernel counted it: polling from outside would miss what rises and falls between two looks.
import { appendFileSync } from 'node:fs';
import process from 'node:process';
import { isMainThread } from 'node:worker_threads';

const file = process.env['HITPARADE_BENCH_USAGE'];
if (isMainThread && file !== undefined) {
  process.on('exit', () => {
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
    const cpuSeconds = (userCPUTime + systemCPUTime) / 1e6;
    appendFileSync(file, `${JSON.stringify({ peakBytes: maxRSS * 1024, cpuSeconds })}\n`);
  });
}
