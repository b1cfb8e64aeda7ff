// For `node --import`: appends every module specifier that is resolved to the file that LOG_MODULES names.
import { appendFileSync } from 'node:fs';
import { register } from 'node:module';
import process from 'node:process';
import { isMainThread } from 'node:worker_threads';

if (isMainThread) register(import.meta.url);

/** @type {import('node:module').ResolveHook} */
export async function resolve(specifier, context, nextResolve) {
  appendFileSync(process.env['LOG_MODULES'] ?? '', `${specifier}\n`);
  return nextResolve(specifier, context);
}
