# SPDX-License-Identifier: GPL-2.0-or-later
# bash completion for ghostctl(1)

_ghostctl() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} verb='' i
    local verbs='status connect disconnect appear appearances monitor block unblock check reload init doctor explain help'
    COMPREPLY=()
    for ((i = 1; i < COMP_CWORD; i++)); do
        [[ " $verbs " == *" ${COMP_WORDS[i]} "* ]] && { verb=${COMP_WORDS[i]}; break; }
    done
    if [[ $prev == --timeout || $prev == --hold || $prev == --idle ]]; then
        mapfile -t COMPREPLY < <(compgen -W '30s 1min 2min 5min 10min' -- "$cur")
    elif [[ $prev == --peer ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(ls /etc/ppp/peers 2>/dev/null)" -- "$cur")
    elif [[ $prev == --modem ]]; then
        mapfile -t COMPREPLY < <(compgen -G "${cur:-/dev/tty}*")
    elif [[ $prev == --pppoe ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(ls /sys/class/net 2>/dev/null)" -- "$cur")
    elif [[ $prev == --secret-file ]]; then
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
    elif [[ $cur == -* ]]; then
        local options='--json --no-color --no-ask-password --help --version'
        [[ $verb == connect || $verb == disconnect || $verb == appear ]] && options+=' --no-wait --timeout'
        [[ $verb == appear ]] && options+=' --hold'
        [[ $verb == init ]] &&
            options+=' --peer --modem --number --apn --speed --pppoe --user --secret-file --idle --yes --force --start'
        mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
    elif [[ -z $verb ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$verbs" -- "$cur")
    elif [[ $verb == help ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$verbs" -- "$cur")
    elif [[ $verb == explain ]]; then
        mapfile -t COMPREPLY < <(compgen -W failures -- "$cur")
    elif [[ $verb == check ]]; then
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
    elif [[ $verb != reload && $verb != init && $verb != doctor ]]; then
        # The table's first column; quiet when ghostd does not run.
        mapfile -t COMPREPLY < <(compgen -W "$(ghostctl status 2>/dev/null | awk 'NR > 1 { print $1 }')" -- "$cur")
    fi
}
complete -F _ghostctl ghostctl
