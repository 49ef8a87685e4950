#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Who may call what, as the annotations of org.ghostd1.Manager.xml say it.

rights.py MANAGER_XML LINK_XML CONF POLICY GLUE

CONF     the bus's policy: default deny; it lets through what everybody may call and what polkit decides
POLICY   polkit's actions
GLUE     MANAGER_XML without these annotations, of which sdbus-c++-xml2cpp(1) would complain
"""
import sys
import xml.etree.ElementTree as ET
from xml.sax.saxutils import escape

OURS = "org.ghostd1."
EXACT = {
    "everybody": {"Access"},
    "polkit": {"Access", "Polkit.Description", "Polkit.Message", "Polkit.Active"},
    "root": {"Access"},
}

CONF = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<!-- SPDX-License-Identifier: GPL-2.0-or-later -->
<!-- Default deny. Every user may read, and may ask for a change: ghostd has polkit decide about it (org.ghostd1.policy). All else is for
     root. Made from org.ghostd1.Manager.xml. -->
<busconfig>

  <policy user="ghostd">
    <allow own="org.ghostd1"/>
  </policy>

  <policy context="default">
    <deny own="org.ghostd1"/>
    <deny send_destination="org.ghostd1"/>

    <allow send_destination="org.ghostd1" send_interface="org.freedesktop.DBus.Introspectable"
           send_member="Introspect"/>
    <allow send_destination="org.ghostd1" send_interface="org.freedesktop.DBus.Peer"/>
    <allow send_destination="org.ghostd1" send_interface="org.freedesktop.DBus.Properties" send_member="Get"/>
    <allow send_destination="org.ghostd1" send_interface="org.freedesktop.DBus.Properties" send_member="GetAll"/>
    <allow send_destination="org.ghostd1" send_interface="org.freedesktop.DBus.ObjectManager"
           send_member="GetManagedObjects"/>

{allowed}
  </policy>

  <policy user="root">
    <allow own="org.ghostd1"/>
    <allow send_destination="org.ghostd1"/>
  </policy>

</busconfig>
"""
ALLOWED = '    <allow send_destination="org.ghostd1" send_interface="{interface}" send_member="{method}"/>'

POLICY = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE policyconfig PUBLIC "-//freedesktop//DTD PolicyKit Policy Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/PolicyKit/1/policyconfig.dtd">
<!-- SPDX-License-Identifier: GPL-2.0-or-later -->
<!-- Who may do what with ghostd. The defaults are those that users of NetworkManager know: whoever sits at the machine may connect
     and disconnect. All else asks for an administrator's password. Rules see the link as action.lookup("link").
     polkit takes questions about other users from root, and from the owner of the action. Made from org.ghostd1.Manager.xml. -->
<policyconfig>
  <vendor>ghostd</vendor>
{actions}
</policyconfig>
"""
ACTION = """
  <action id="{id}">
    <description>{description}</description>
    <message>{message}</message>
    <defaults><allow_any>auth_admin</allow_any><allow_inactive>auth_admin</allow_inactive><allow_active>{active}</allow_active></defaults>
    <annotate key="org.freedesktop.policykit.owner">unix-user:ghostd</annotate>
  </action>"""


def ours(method):
    return {a.get("name")[len(OURS) :]: a.get("value") for a in method.iter("annotation") if a.get("name").startswith(OURS)}


def main():
    manager_xml, link_xml, conf, policy, glue = sys.argv[1:]
    manager, link = ET.parse(manager_xml), ET.parse(link_xml)
    rights = {method.get("name"): ours(method) for method in manager.iter("method")}
    for name, right in rights.items():
        if set(right) != EXACT.get(right.get("Access")):
            sys.exit(f"{manager_xml}: {name}: annotate org.ghostd1.Access: everybody, root, or polkit with all three Polkit.*")
    members = [("org.ghostd1.Manager", name) for name in rights]
    for method in link.iter("method"):
        if method.get("name") not in rights:
            sys.exit(f"{link_xml}: {method.get('name')}: org.ghostd1.Manager has no such method, so nothing says who may call it")
        members.append(("org.ghostd1.Link", method.get("name")))
    allowed = [ALLOWED.format(interface=i, method=m) for i, m in members if rights[m]["Access"] != "root"]
    actions = [
        ACTION.format(
            id=OURS + name.lower(),
            description=escape(right["Polkit.Description"]),
            message=escape(right["Polkit.Message"]),
            active=right["Polkit.Active"],
        )
        for name, right in rights.items()
        if right["Access"] == "polkit"
    ]
    with open(conf, "w") as f:
        f.write(CONF.format(allowed="\n".join(allowed)))
    with open(policy, "w") as f:
        f.write(POLICY.format(actions="\n".join(actions)))
    for method in manager.iter("method"):
        for annotation in [a for a in method if a.tag == "annotation" and a.get("name").startswith(OURS)]:
            method.remove(annotation)
    manager.write(glue, encoding="UTF-8", xml_declaration=True)


if __name__ == "__main__":
    main()
