// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests;

import static org.junit.Assert.assertEquals;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** What the features install together. */
public class FeaturesTest {

    private static final Path FEATURES = Path.of("../features/src/main/feature/feature.xml");

    /** Whoever may log in may run a command without roles, and karst:config-publish reads any file. */
    @Test
    public void noFeatureBringsCommandsWithoutTheirRoles() throws Exception {
        NodeList features = DocumentBuilderFactory.newDefaultInstance()
                .newDocumentBuilder()
                .parse(FEATURES.toFile())
                .getElementsByTagName("feature");
        List<String> commands = new ArrayList<>();
        List<String> roles = new ArrayList<>();
        for (int i = 0; i < features.getLength(); i++) {
            Element feature = (Element) features.item(i);
            if (texts(feature, "bundle").stream().anyMatch(bundle -> bundle.contains("/karst-commands/"))) {
                commands.add(feature.getAttribute("name"));
            }
            NodeList configs = feature.getElementsByTagName("config");
            for (int config = 0; config < configs.getLength(); config++) {
                if (((Element) configs.item(config))
                        .getAttribute("name")
                        .equals("org.apache.karaf.command.acl.karst")) {
                    roles.add(feature.getAttribute("name"));
                }
            }
        }
        assertEquals(List.of("karst-commands"), commands);
        assertEquals(commands, roles);
    }

    private static List<String> texts(Element feature, String tag) {
        List<String> texts = new ArrayList<>();
        NodeList found = feature.getElementsByTagName(tag);
        for (int i = 0; i < found.getLength(); i++) {
            texts.add(found.item(i).getTextContent());
        }
        return texts;
    }
}
