// For `node --import`: sends SIGSTOP to its own process at a chosen step, before it or after it is done, and
// says so on stderr. STAND_STILL_AT is a regular expression over `<before|after> <step> <what it is about>`;
// a step is a call of node:fs/promises or a request to the tables. STAND_STILL_NTH is which match counts.
import fs from 'node:fs';
import http from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import process from 'node:process';

const at = new RegExp(process.env['STAND_STILL_AT'] ?? '(?!)');
let left = Number(process.env['STAND_STILL_NTH'] ?? '1');

/** @param {string} event */
function passing(event) {
  if (process.env['STAND_STILL_LIST'] !== undefined) fs.writeSync(2, `${event}\n`);
  if (!at.test(event)) return;
  left -= 1;
  if (left !== 0) return;
  fs.writeSync(2, `standing still ${event}\n`);
  process.kill(process.pid, 'SIGSTOP');
}

for (const name of ['link', 'mkdir', 'open', 'rename', 'rm']) {
  const original = fs.promises[name];
  fs.promises[name] = async (...args) => {
    const about = args.filter((arg) => typeof arg === 'string').join(' -> ');
    passing(`before ${name} ${about}`);
    const result = await original(...args);
    passing(`after ${name} ${about}`);
    return result;
  };
}

const { end } = http.ClientRequest.prototype;
http.ClientRequest.prototype.end = function (body, ...rest) {
  const operation = String(this.getHeader('x-amz-target') ?? '').split('.')[1];
  if (operation === undefined) return end.call(this, body, ...rest);
  const about = `${operation} ${String(body)}`;
  passing(`before request ${about}`);
  this.once('response', () => passing(`after request ${about}`));
  return end.call(this, body, ...rest);
};
syncBuiltinESMExports();
