import type { AnnotationNames } from '../wiring/pod.ts';
import type { Config } from './table.ts';

export function annotationNames(config: Config): AnnotationNames {
  const { hostsAnnotation: hosts, pathsAnnotation: paths, optionsAnnotation: options } = config;
  const gate = config.readinessGate === 'none' ? '' : config.readinessGate;
  return { hosts, paths, options, gate };
}
