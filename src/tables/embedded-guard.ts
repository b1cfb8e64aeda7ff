import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

const LOOPBACK_HOST = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i;
const CREDENTIAL = /^AWS4-HMAC-SHA256\s+(?:.*[\s,])?Credential=([^/,\s]+)\//;

/**
 * Why a request to the embedded tables is refused, or `undefined`. Loopback is open to every user of the
 * machine and, through a browser, to every web page; so a request must:
 * - name a loopback host: a page whose name was rebound to 127.0.0.1 sends its own name
 * - carry no Origin: no program but a browser does
 * - carry the access key, which only this user can read
 */
export function refusal(headers: IncomingHttpHeaders, accessKeyId: string): string | undefined {
  if (!LOOPBACK_HOST.test(headers.host ?? '')) return 'The Host header does not name this machine.';
  if (headers.origin !== undefined) return 'Requests from web pages are not served.';
  const given = CREDENTIAL.exec(headers.authorization ?? '')?.[1] ?? '';
  if (!sameText(given, accessKeyId)) return 'The security token included in the request is invalid.';
  return undefined;
}

/** In a time that does not tell how much of it is right. */
function sameText(a: string, b: string): boolean {
  const [left, right] = [a, b].map((text) => createHash('sha256').update(text).digest());
  return left !== undefined && right !== undefined && timingSafeEqual(left, right);
}
