import { MissingDevice } from './missing-device.js';

/**
 * The package `gl` was not compiled when it was installed.
 *
 * @param error what loading it said
 */
export function glNotBuilt(error: unknown, platform: NodeJS.Platform): MissingDevice {
  const reason = error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
  const tools: Partial<Record<NodeJS.Platform, string>> = {
    darwin: 'the command line tools (xcode-select --install) and Python 3',
    win32: 'Visual Studio Build Tools for C++ and Python 3',
    linux:
      'its tools and headers (Debian and Ubuntu: apt install build-essential pkg-config python3 libxi-dev libx11-dev ' +
      'libxext-dev libgl1-mesa-dev)',
  };
  return new MissingDevice(
    `the optional package gl is not built: ${reason}`,
    `install ${tools[platform] ?? 'a C++ compiler and Python 3'}, then build it in two minutes: npm install --no-save gl@8.1.6`,
  );
}

/**
 * The package `gl` is there but finds nothing to draw on.
 *
 * @param display of X, which Linux needs
 */
export function noGlContext(platform: NodeJS.Platform, display: string | undefined): MissingDevice {
  if (platform !== 'linux') {
    return new MissingDevice('OpenGL gave no context', 'update the driver of the graphics card');
  }
  const problem = display
    ? `OpenGL gave no context on display ${display}`
    : 'OpenGL needs an X display and DISPLAY is not set';
  return new MissingDevice(
    problem,
    'start overtrain under xvfb-run -a (Debian and Ubuntu: apt install xvfb xauth libgl1 libgl1-mesa-dri)',
  );
}
