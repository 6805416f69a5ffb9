import type { Machine } from '../../machine/machine.ts';
import type { EngineProfile } from '../engine-profile.ts';
import { pickFields } from '../route.ts';

/** The body of GET /version. Source: daemon/info.go SystemVersion and info_unix.go fillPlatformVersion. */
export function versionBody(profile: EngineProfile, machine: Machine): Record<string, unknown> {
  const { version, apiMax, apiMin, gitCommit, goVersion, os, arch, platformName } = profile;
  const { kernelVersion } = machine.description;
  const buildTime = `${profile.released}T00:00:00.000000000+00:00`;
  const details: Record<string, Record<string, string>> = {
    Engine: {
      ApiVersion: apiMax,
      Arch: arch,
      BuildTime: buildTime,
      Experimental: 'false',
      GitCommit: gitCommit,
      GoVersion: `go${goVersion}`,
      KernelVersion: kernelVersion,
      MinAPIVersion: apiMin,
      Os: os,
    },
    containerd: { GitCommit: profile.containerd },
    runc: { GitCommit: profile.runc },
    'docker-init': { GitCommit: 'de40ad0' },
  };
  const versions: Record<string, string> = {
    Engine: version,
    containerd: profile.containerd,
    runc: profile.runc,
    'docker-init': '0.19.0',
  };
  return pickFields(profile.fields.version, {
    Platform: { Name: platformName },
    Components: profile.components.map((name) => ({
      Name: name,
      Version: versions[name] ?? '',
      Details: details[name] ?? {},
    })),
    Version: version,
    ApiVersion: apiMax,
    MinAPIVersion: apiMin,
    GitCommit: gitCommit,
    GoVersion: `go${goVersion}`,
    Os: os,
    Arch: arch,
    KernelVersion: kernelVersion,
    BuildTime: buildTime,
  });
}
