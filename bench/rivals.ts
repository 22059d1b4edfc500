import type { Rival } from './harness/rival.ts';
import { caddy } from './rivals/caddy.ts';
import { configurableHttpProxy } from './rivals/configurable-http-proxy.ts';
import { fastifyReplyFrom } from './rivals/fastify-reply-from.ts';
import { haproxy } from './rivals/haproxy.ts';
import { httpProxy3 } from './rivals/http-proxy-3.ts';
import { httpxy } from './rivals/httpxy.ts';
import { nginxK8sRouter } from './rivals/nginx-k8s-router.ts';
import { nginxTuned } from './rivals/nginx-tuned.ts';
import { podway } from './rivals/podway.ts';
import { splice } from './rivals/splice.ts';

/** Rivals, in the order of their turns. */
export const RIVALS: readonly Rival[] = [
  nginxTuned,
  podway,
  nginxK8sRouter,
  haproxy,
  caddy,
  configurableHttpProxy,
  httpProxy3,
  httpxy,
  fastifyReplyFrom,
  splice,
];

/** All ratios are to this rival, in the same round. */
export const YARDSTICK = nginxTuned;

/** The rivals that a default run measures in every scenario. The others take part only in the first scenario. */
export const LEADERS: readonly Rival[] = [nginxTuned, podway, nginxK8sRouter, haproxy];
