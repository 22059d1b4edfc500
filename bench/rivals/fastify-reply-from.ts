import { hostTable, load, nodeRival, readNodeSetup } from './node-rival.ts';

type Fields = Readonly<Record<string, string | undefined>>;

interface Request {
  readonly url: string;
  readonly headers: Fields;
}

interface Reply {
  code(status: number): Reply;
  send(): Reply;
  from(target: string, options: object): Reply;
}

interface Fastify {
  register(plugin: unknown, options: object): void;
  removeAllContentTypeParsers(): void;
  addContentTypeParser(type: '*', parser: (request: Request, body: unknown, done: Done) => void): void;
  all(path: string, handler: (request: Request, reply: Reply) => Reply): void;
  listen(options: { host: string; port: number }): Promise<string>;
}

type Done = (error: null, body: unknown) => void;

export const fastifyReplyFrom = nodeRival('fastify-reply-from', {
  description: '@fastify/reply-from on Fastify: undici to pods, at most 1,024 connections',
  packages: ['fastify', '@fastify/reply-from'],
  capabilities: ['hosts'],
  file: import.meta.filename,
});

if (import.meta.main) {
  const setup = readNodeSetup();
  const table = hostTable(setup);
  const { default: fastify } = (await load('fastify')) as { default: (options: object) => Fastify };
  const { default: replyFrom } = (await load('@fastify/reply-from')) as { default: unknown };
  const server = fastify({ bodyLimit: Number.MAX_SAFE_INTEGER });
  server.register(replyFrom, { base: setup.target, undici: { connections: 1024, pipelining: 1 } });
  // Streams bodies, as reply-from's documentation recommends.
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', (_request, body, done) => done(null, body));
  server.all('/*', (request, reply) => {
    const host = request.headers['host'] ?? '';
    if (!table.has(host)) return reply.code(404).send();
    return reply.from(request.url, {
      rewriteRequestHeaders: (_: Request, fields: Fields): Fields => ({ ...fields, host }),
    });
  });
  await server.listen({ host: setup.listen.address, port: setup.listen.port });
}
