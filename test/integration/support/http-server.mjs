/**
 * Serves the bare repositories of a folder over "smart" http through git's own CGI program, until it is killed.
 *
 *     node http-server.mjs <folder> <settings.json>
 *
 * The settings are read again for each request: `credentials` (`user:password`), `forbidPush` (answers 403), `cutAfter`
 * (bytes of an answer to a POST, after which the connection ends). Prints its port. A program of its own, because the
 * tests wait for theirs.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const [folder, settingsFile] = process.argv.slice(2);

const server = createServer((request, response) => {
  const { credentials, forbidPush, cutAfter } = JSON.parse(readFileSync(settingsFile, 'utf8'));
  const wanted = `Basic ${Buffer.from(credentials ?? '').toString('base64')}`;
  if (credentials !== undefined && request.headers.authorization !== wanted) {
    response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
    return;
  }
  if (forbidPush === true && request.url.includes('git-receive-pack')) {
    response.writeHead(403).end('this proxy takes no pushes');
    return;
  }
  const child = spawn('git', ['http-backend'], { env: environment(request), stdio: ['pipe', 'pipe', 'ignore'] });
  request.pipe(child.stdin).on('error', () => undefined);
  const chunks = [];
  child.stdout.on('data', (chunk) => chunks.push(chunk));
  child.on('close', () => answer(response, Buffer.concat(chunks), request.method === 'POST' ? cutAfter : undefined));
});

function environment({ url, method, headers }) {
  const { pathname, search } = new URL(url, 'http://localhost');
  return {
    ...process.env,
    GIT_PROJECT_ROOT: folder,
    GIT_HTTP_EXPORT_ALL: '1',
    PATH_INFO: pathname,
    QUERY_STRING: search.slice(1),
    REQUEST_METHOD: method,
    REMOTE_USER: 'somebody',
    CONTENT_TYPE: headers['content-type'] ?? '',
    ...(headers['content-length'] && { CONTENT_LENGTH: headers['content-length'] }),
    ...(headers['content-encoding'] && { HTTP_CONTENT_ENCODING: headers['content-encoding'] }),
    ...(headers['git-protocol'] && { GIT_PROTOCOL: headers['git-protocol'] }),
  };
}

function answer(response, output, cutAfter) {
  const end = output.indexOf('\r\n\r\n');
  for (const line of output.toString('latin1', 0, end).split('\r\n')) {
    const [name, value] = line.split(': ');
    if (name === 'Status') response.statusCode = Number.parseInt(value, 10);
    else response.setHeader(name, value);
  }
  const body = output.subarray(end + 4);
  if (cutAfter === undefined || body.length <= cutAfter) response.end(body);
  else response.write(body.subarray(0, cutAfter), () => response.destroy());
}

server.listen(0, '127.0.0.1', () => console.log(server.address().port));
