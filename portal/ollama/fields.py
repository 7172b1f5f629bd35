"""The names Ollama reads in a request: parameters of its endpoints and model options.

Source: the `json` tags of the request types in ollama/ollama `api/types.go`, `openai/*.go` and `anthropic/*.go`.
"""

_PARAMETERS = """
model name prompt suffix system template context stream raw format images keep_alive options think truncate shift
logprobs top_logprobs messages tools input dimensions verbose from files adapters license parameters quantize modelfile
insecure username password source destination model_name width height steps query max_results url
frequency_penalty presence_penalty max_tokens max_completion_tokens n seed stop temperature top_p top_k tool_choice
response_format reasoning_effort reasoning stream_options encoding_format user size instructions max_output_tokens
previous_response_id conversation text store metadata include truncation background parallel_tool_calls
stop_sequences thinking service_tier output_config
""".split()

_OPTIONS = """
num_keep seed num_predict top_k top_p min_p typical_p repeat_last_n temperature repeat_penalty presence_penalty
frequency_penalty stop num_ctx num_batch num_gpu main_gpu use_mmap num_thread draft_num_predict
""".split()

KNOWN_FIELDS = frozenset(_PARAMETERS) | frozenset(_OPTIONS)
