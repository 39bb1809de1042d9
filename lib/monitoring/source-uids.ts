/** uid of the data source that the dashboards open with. Names of all of them are a contract: links carry them. */
export const PROMETHEUS_UID = 'prometheus';
export const ALERTMANAGER_UID = 'alertmanager';
export const LOKI_UID = 'loki';
export const TEMPO_UID = 'tempo';
