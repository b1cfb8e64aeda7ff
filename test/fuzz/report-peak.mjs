// Preloaded into the program under test: tells its own peak, as the kernel counted it, when it ends.
import process from 'node:process';
import { isMainThread } from 'node:worker_threads';

if (isMainThread) {
  process.on('exit', () => process.stderr.write(`\npeak ${process.resourceUsage().maxRSS * 1024}\n`));
}
