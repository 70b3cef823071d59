"""The phrases of attacks on models, by what they try; each pattern is linear and reads lower-case text."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    name: str
    weight: float
    pattern: re.Pattern[str]


def _rule(name: str, weight: float, *patterns: str) -> Rule:
    return Rule(name, weight, re.compile("|".join(patterns)))


_ORDERS = (
    r"(?:instructions?|prompts?|rules|directives?|guidelines|commands|guardrails|restrictions|programming"
    r"|polic(?:y|ies)|context)"
)

RULES = (
    _rule(
        "ignore_previous",
        0.8,
        rf"\b(?:ignore|disregard|forget|override|bypass|skip|do not follow|don't follow|stop following)\b[^.\n]{{0,40}}"
        rf"\b(?:previous|prior|above|earlier|preceding|all|any|your|the|system|these|those"
        rf"|existing)\b[^.\n]{{0,30}}\b{_ORDERS}",
        r"\bignorier\w*\b[^.\n]{0,40}\b(?:anweisung|vorgabe|regel|instruktion|befehl)\w*",
        r"\b(?:vergiss|missachte\w*)\b[^.\n]{0,30}\b(?:anweisung|vorgabe|regel)\w*",
        r"\b(?:ignore[zr]?|oublie[zr]?)\b[^.\n]{0,40}\b(?:instructions?|consignes|règles|directives)\b",
        r"\b(?:ignora|olvida|omite|ignore|esqueça|desconsidere|dimentica)\w*\b[^.\n]{0,40}\b(?:instrucciones|reglas"
        r"|indicaciones|instruções|regras|istruzioni|regole)\b",
        r"\b(?:negeer|vergeet)\b[^.\n]{0,40}\b(?:instructies|regels|opdrachten)\b",
        r"\b(?:ignorera|glöm|ignorer|glem)\b[^.\n]{0,40}\b(?:instruktioner|regler|instrukser)\b",
        r"\b(?:zignoruj|ignoruj|zapomnij)\b[^.\n]{0,40}\b(?:instrukcje|polecenia|zasady)\b",
        r"(?:игнорируй|забудь)\w*[^.\n]{0,40}(?:инструкци|правил|указани)",
        r"忽略.{0,10}(?:指令|指示|说明|规则)|(?:指示|命令|指令)を?.{0,6}無視",
    ),
    _rule(
        "new_role",
        0.5,
        r"\byou are (?:now|no longer)\b",
        r"\bfrom now on,? (?:you|act|respond|answer|reply)\b",
        r"\b(?:act|behave|respond|pretend|roleplay) as (?:if you|an? (?:unrestricted|admin|system|developer"
        r"|different|evil|root)|dan\b|the (?:system|admin|developer))",
        r"\bpretend (?:to be|that you|you)\b",
        r"\b(?:developer|god|dan|debug|admin|maintenance|jailbreak|sudo) mode\b",
        r"\bdo anything now\b|\bjailbr(?:eak|oken)\b",
        r"\b(?:du bist (?:jetzt|ab sofort|nun)|ab jetzt bist du|tu es (?:maintenant|désormais)|ahora eres"
        r"|a partir de ahora eres|ora sei|agora você é|je bent nu|du är nu)\b",
    ),
    _rule(
        "role_marker",
        0.7,
        r"<\|?(?:im_start|im_end|system|assistant|user|endoftext|eot_id|start_header_id)\|?>",
        r"\[/?inst\]|<</?sys>>|<start_of_turn>|<end_of_turn>",
        r"(?:^|\n)\s{0,4}(?:#{1,4}\s{0,2}|\[|\*{1,2})?(?:system|assistant|developer)(?: (?:message|prompt|note"
        r"|instruction|override))?(?:\]|\*{1,2})?\s{0,2}:",
        r"</?(?:system|instructions?|prompt|ticket|context|passages?|documents?|user_input|data)\s?>",
        r"(?:^|\n)\s{0,4}#{2,4}\s{0,2}(?:instruction|response|system|end of (?:ticket|input|data|context))",
        r"(?:---|===|\*\*\*)\s?(?:end|begin|start) of (?:the )?(?:ticket|input|data|context|user|message|prompt"
        r"|email|system)",
    ),
    _rule(
        "to_the_model",
        0.4,
        r"\b(?:note|message|instructions?|attention|hinweis|important)\b[^.\n]{0,20}\b(?:to|for|an"
        r"|für)\b[^.\n]{0,15}\b(?:ai|a\.i\.|llm|ki|gpt|chatgpt|language model|chatbot|bot|assistant|model)\b",
        r"\b(?:ai|llm|language model|chatbot|assistant)s?\b[^.\n]{0,20}\b(?:must|should|shall|has to|is required to"
        r"|reading this|processing this)\b",
        r"\bif you are an? (?:ai|llm|language model|bot|assistant|automated)",
        r"\b(?:as|being) an ai (?:language )?model\b",
        r"\b(?:when|if|while) (?:you )?(?:summari[sz]|process|draft|generat|reply|respond"
        r"|answer)\w*[^.\n]{0,40}\b(?:always|include|add|append|insert|must|make sure)\b",
    ),
    _rule(
        "prompt_theft",
        0.7,
        r"\b(?:reveal|show|print|repeat|output|display|tell me|give me|leak|dump|share|send|what (?:is|are|was"
        r"|were))\b[^.\n]{0,30}\b(?:system|initial|original|hidden|secret|your|full)\b[^.\n]{0,15}\b(?:prompt"
        r"|instructions|rules|configuration)\b",
        r"\brepeat (?:everything|all|the (?:text|words)) (?:above|before)\b",
        r"\b(?:zeig|nenn|gib)\w*\b[^.\n]{0,30}\b(?:systemprompt|system-prompt|systemanweisung\w*)",
        r"\b(?:montre|affiche|révèle|muestra|revela|mostra)\w*\b[^.\n]{0,30}\b(?:prompt|instrucciones del sistema"
        r"|instructions système)\b",
    ),
    _rule(
        "exfiltration",
        0.7,
        r"\b(?:send|forward|post|upload|submit|e-?mail|transmit|leak|exfiltrate|bcc"
        r"|cc)\b[^.\n]{0,60}\b(?:conversation|ticket|customer|personal|account|user|all|private|confidential"
        r"|internal|credentials?|api key|password|database|other)s?\b[^.\n]{0,40}\b(?:to|at"
        r"|an)\b[^\n]{0,20}(?:https?://|\S{1,60}@)",
        r"!\[[^\]\n]{0,100}\]\(https?://[^)\s]{0,200}[?&][^)\s]{0,60}(?:=|\{|\$)",
        r"\b(?:other|another|all|every) (?:customer|user|client|requester)(?:'?s|s'?)? (?:data|details|names?"
        r"|e-?mails?|addresses|tickets?|orders?|information|records)\b",
        r"\b(?:list|show|give me|dump|export)\b[^.\n]{0,30}\b(?:all|other) (?:customers|users|clients|accounts"
        r"|tickets)\b",
    ),
    _rule(
        "self_approval",
        0.7,
        r"\b(?:pre-?approved|already (?:been )?approved|auto-?approve|approve (?:this|it|automatically|immediately)"
        r"|no (?:human )?(?:review|approval) (?:is )?(?:needed|required|necessary))\b",
        r"\b(?:without|skip|bypass|avoid)\b[^.\n]{0,20}\b(?:human|manual|agent|any)?\s?(?:review|approval"
        r"|verification|moderation|the checks?)\b",
        r"\b(?:set|mark|change|classify|rate)\b[^.\n]{0,30}\b(?:verdict|confidence|priority|status|policy|grounding"
        r"|injection)\b[^.\n]{0,15}\b(?:to|as)\b[^.\n]{0,20}\b(?:send|approved|1\.0|100|high|solved|safe|trusted"
        r"|urgent)\b",
        r"\bsend (?:this|the|your) (?:reply|answer|draft|response|message) (?:immediately|directly|automatically"
        r"|without)\b",
    ),
    _rule(
        "answer_dictated",
        0.4,
        r"\b(?:you must|you have to|always|only|exactly|simply|just)\b[^.\n]{0,20}\b(?:reply|respond|answer|say"
        r"|output|write|print)\b[^.\n]{0,20}(?:\bwith\b|[:\"'“])",
        r"\b(?:include|add|append|insert|embed|put)\b[^.\n]{0,30}\b(?:the following|this)\b[^.\n]{0,20}\b(?:link|url"
        r"|text|sentence|code|image|html|markdown)\b",
        r"\b(?:in|to|at the end of) (?:your|the|every) (?:reply|response|answer|draft"
        r"|summary)\b[^.\n]{0,40}\b(?:include|add|append|insert|mention|recommend|link)\b",
        r"\b(?:tell|inform|instruct|convince|advise) (?:the )?(?:customer|user|agent|requester|reader"
        r"|recipient)s? (?:to|that)\b",
        r"\bthe (?:assistant|agent|system|bot|model|ai) (?:is|was|has been) (?:authori[sz]ed|instructed|allowed"
        r"|required) to\b",
    ),
    _rule("template_syntax", 0.4, r"\{\{[^{}\n]{1,80}\}\}|\{%[^%\n]{1,80}%\}|\$\{[^{}\n]{1,80}\}|<%[^%\n]{1,80}%>"),
    _rule(
        "markup",
        0.4,
        r"<(?:script|iframe|object|embed|svg|img|form|meta|link)\b[^>\n]{0,200}(?:>|$)|\bon(?:error|load|click"
        r"|mouseover)\s?=|javascript:|data:text/html",
    ),
    _rule(
        "decode_and_obey",
        0.6,
        r"\b(?:decode|decrypt|deobfuscate|translate)\b[^.\n]{0,40}\b(?:base64|rot13|hex|binary|morse"
        r"|following)\b[^.\n]{0,40}\b(?:and|then)\b[^.\n]{0,20}\b(?:follow|execute|run|do|obey|apply|comply)",
        r"\b(?:execute|run|eval)\b[^.\n]{0,20}\b(?:this|the following|these)\b[^.\n]{0,15}\b(?:code|command|commands"
        r"|script|instructions?|query|sql)\b",
    ),
)
