import type {
  ICertificate,
  IClusterIssuer,
  IIssuer,
} from '@kubernetes-models/cert-manager/cert-manager.io/v1';
import type {
  IPodMonitor,
  IPrometheusRule,
  IServiceMonitor,
} from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1';
import type { IDaemonSet, IDeployment } from 'kubernetes-models/apps/v1';
import type { IHorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import type { IPodDisruptionBudget } from 'kubernetes-models/policy/v1';
import type {
  IClusterRole,
  IClusterRoleBinding,
  IRole,
  IRoleBinding,
} from 'kubernetes-models/rbac.authorization.k8s.io/v1';
import type { IConfigMap, INamespace, ISecret, IService, IServiceAccount } from 'kubernetes-models/v1';

/**
 * The types of the objects of the chart and the examples, by `apiVersion kind`: generated from the API server's OpenAPI
 * document and from the definitions of the Prometheus operator and cert-manager. They list every field, and say which
 * fields are required.
 */
export interface Kinds {
  'v1 ConfigMap': IConfigMap;
  'v1 Namespace': INamespace;
  'v1 Secret': ISecret;
  'v1 Service': IService;
  'v1 ServiceAccount': IServiceAccount;
  'apps/v1 DaemonSet': IDaemonSet;
  'apps/v1 Deployment': IDeployment;
  'autoscaling/v2 HorizontalPodAutoscaler': IHorizontalPodAutoscaler;
  'cert-manager.io/v1 Certificate': ICertificate;
  'cert-manager.io/v1 ClusterIssuer': IClusterIssuer;
  'cert-manager.io/v1 Issuer': IIssuer;
  'monitoring.coreos.com/v1 PodMonitor': IPodMonitor;
  'monitoring.coreos.com/v1 PrometheusRule': IPrometheusRule;
  'monitoring.coreos.com/v1 ServiceMonitor': IServiceMonitor;
  'networking.k8s.io/v1 NetworkPolicy': INetworkPolicy;
  'policy/v1 PodDisruptionBudget': IPodDisruptionBudget;
  'rbac.authorization.k8s.io/v1 ClusterRole': IClusterRole;
  'rbac.authorization.k8s.io/v1 ClusterRoleBinding': IClusterRoleBinding;
  'rbac.authorization.k8s.io/v1 Role': IRole;
  'rbac.authorization.k8s.io/v1 RoleBinding': IRoleBinding;
}
