# SPDX-License-Identifier: GPL-2.0-or-later
# fish completion for ghostctl(1)

function __ghostctl_links
    # The table's first column; quiet when ghostd does not run.
    ghostctl status 2>/dev/null | string match -rv '^LINK ' | string replace -r ' .*' ''
end

function __ghostctl_needs_verb
    not __fish_seen_subcommand_from status connect disconnect appear appearances monitor block unblock check reload init doctor explain help
end

complete -c ghostctl -f
complete -c ghostctl -n __ghostctl_needs_verb -a status -d 'Show the links'
complete -c ghostctl -n __ghostctl_needs_verb -a connect -d 'Make a call now'
complete -c ghostctl -n __ghostctl_needs_verb -a disconnect -d 'Hang up'
complete -c ghostctl -n __ghostctl_needs_verb -a appear -d 'Come onto the net and notify everybody'
complete -c ghostctl -n __ghostctl_needs_verb -a appearances -d 'Past appearances, and the next one'
complete -c ghostctl -n __ghostctl_needs_verb -a monitor -d 'Show changes as they happen'
complete -c ghostctl -n __ghostctl_needs_verb -a block -d 'Make no calls until unblock'
complete -c ghostctl -n __ghostctl_needs_verb -a unblock -d 'Allow calls again'
complete -c ghostctl -n __ghostctl_needs_verb -a check -d 'Check the configuration'
complete -c ghostctl -n __ghostctl_needs_verb -a reload -d 'Apply the configuration'
complete -c ghostctl -n __ghostctl_needs_verb -a init -d 'Write the files of a new link'
complete -c ghostctl -n __ghostctl_needs_verb -a doctor -d 'Say what stands in the way'
complete -c ghostctl -n __ghostctl_needs_verb -a explain -d 'What heals a failure'
complete -c ghostctl -n __ghostctl_needs_verb -a help -d 'Explain a verb'
complete -c ghostctl -n '__fish_seen_subcommand_from status connect disconnect appear appearances monitor block unblock' -a '(__ghostctl_links)'
complete -c ghostctl -n '__fish_seen_subcommand_from help' -a 'status connect disconnect appear appearances monitor block unblock check reload init doctor explain'
complete -c ghostctl -n '__fish_seen_subcommand_from explain' -a failures -d 'What heals each of them'
complete -c ghostctl -n '__fish_seen_subcommand_from check' -F
complete -c ghostctl -n '__fish_seen_subcommand_from connect disconnect appear' -l no-wait -d 'Return at once'
complete -c ghostctl -n '__fish_seen_subcommand_from connect disconnect appear' -l timeout -x -a '30s 1min 2min 5min 10min' -d 'Wait no longer'
complete -c ghostctl -n '__fish_seen_subcommand_from appear' -l hold -x -a '30s 1min 2min 5min 10min' -d 'Stay so long'
complete -c ghostctl -n '__fish_seen_subcommand_from init' -l peer -x -a '(ls /etc/ppp/peers 2>/dev/null)' -d 'As this file in /etc/ppp/peers says'
complete -c ghostctl -n '__fish_seen_subcommand_from init' -l modem -x -a '(ls -d /dev/tty* 2>/dev/null)' -d 'By the modem at this tty'
complete -c ghostctl -n '__fish_seen_subcommand_from init' -l number -x -d 'The number to dial'
complete -c ghostctl -n '__fish_seen_subcommand_from init' -l apn -x -d 'Of the SIM card of the modem'
complete -c ghostctl -n '__fish_seen_subcommand_from init' -l speed -x -a '9600 57600 115200' -d 'Of the tty'
complete -c ghostctl -n '__fish_seen_subcommand_from init' -l pppoe -x -a '(ls /sys/class/net 2>/dev/null)' -d 'Over PPPoE by this interface'
complete -c ghostctl -n '__fish_seen_subcommand_from init' -l user -x -d 'At the provider'
complete -c ghostctl -n '__fish_seen_subcommand_from init' -l secret-file -r -F -d 'With the password'
complete -c ghostctl -n '__fish_seen_subcommand_from init' -l idle -x -a '30s 1min 2min 5min 10min' -d 'Hang up after'
complete -c ghostctl -n '__fish_seen_subcommand_from init' -l yes -d 'Do not ask'
complete -c ghostctl -n '__fish_seen_subcommand_from init' -l force -d 'Replace files'
complete -c ghostctl -n '__fish_seen_subcommand_from init' -l start -d 'Start ghostd then'
complete -c ghostctl -l json -d 'For scripts'
complete -c ghostctl -l no-ask-password -d 'Fail instead'
complete -c ghostctl -l no-color -d 'No colors'
complete -c ghostctl -l help -d 'Help'
complete -c ghostctl -n __ghostctl_needs_verb -l version -d 'The version'
