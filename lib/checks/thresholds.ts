import { isMarker } from '../markers';
import { describe, type Finding, type ObjectSet } from './model';

/** A line that a panel draws is where the alert fires, or somebody looks at the wrong one at night. */
export function checkThresholds(set: ObjectSet): Finding[] {
  const alerted = set.facts.flatMap(({ sovra, alertThresholds }) =>
    alertThresholds ? [{ sovra, alertThresholds }] : [],
  );
  return set.facts.flatMap(({ sovra, drawn }) => {
    const alerts = alerted.find((a) => a.sovra === sovra);
    const subject = set.objects.find((o) => describe(o) === drawn?.object);
    if (alerts === undefined || drawn === undefined || subject === undefined) return [];
    return Object.entries(drawn.thresholds).flatMap(([name, given]) => {
      const wanted = alerts.alertThresholds[name as keyof typeof drawn.thresholds];
      // Two Outputs may be one and the same.
      if (isMarker(wanted) || isMarker(given) || JSON.stringify(wanted) === JSON.stringify(given)) return [];
      return [
        {
          object: describe(subject),
          subject,
          property: `thresholds.${name}`,
          given,
          allowed: `${JSON.stringify(wanted)}, at which the alerts of this installation fire`,
          remedy: 'Give the same `thresholds` to SovraAlerts and to SovraDashboards, or `grafana` of SovraMonitoring.',
        },
      ];
    });
  });
}
