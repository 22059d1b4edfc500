import { startScene, type Scene, type SceneSpec } from '../fixtures/scene.ts';
import {
  type TunnelFixture,
  startTunnelFixture,
  type TunnelFixtureOptions,
} from '../fixtures/tunnel-fixture.ts';

/** A router that reaches its pods through the port-forward of a stand-in, and the parts of that path. */
export async function tunnelScene(
  spec: Omit<SceneSpec, 'dial'>,
  options: TunnelFixtureOptions = {},
): Promise<{ scene: Scene; way: TunnelFixture } & AsyncDisposable> {
  const way = await startTunnelFixture(options);
  const settings = {
    podAccess: 'tunnel' as const,
    connectTimeout: 11_000,
    drainTimeout: 200,
    ...spec.settings,
  };
  const scene = await startScene({ ...spec, settings, dial: way.dial });
  return {
    scene,
    way,
    [Symbol.asyncDispose]: async () => {
      await scene[Symbol.asyncDispose]();
      await way[Symbol.asyncDispose]();
    },
  };
}
